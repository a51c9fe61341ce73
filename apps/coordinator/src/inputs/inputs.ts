import { Injectable } from '@nestjs/common';
import { BlockedSources } from './blocked-sources.js';
import { ForgottenInputs } from './forgotten-inputs.js';
import { Partitions } from './partitions.js';
import { SilentSources } from './silent-sources.js';

/** All that brings inputs to this process, and sees to it that they come. */
@Injectable()
export class Inputs {
  constructor(
    private readonly partitions: Partitions,
    private readonly blocked: BlockedSources,
    private readonly silent: SilentSources,
    private readonly forgotten: ForgottenInputs,
  ) {}

  async start(): Promise<void> {
    await this.partitions.start();
    this.blocked.start();
    this.silent.start();
    this.forgotten.start();
  }

  /** Nothing more comes; what came stays at work. */
  async stop(): Promise<void> {
    await Promise.all([this.partitions.stop(), this.blocked.stop(), this.silent.stop(), this.forgotten.stop()]);
  }
}
