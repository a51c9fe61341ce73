import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Presence } from '@waggle/service';
import { DirectoryWriter } from './directory-writer.js';
import { HandBacks } from './hand-backs.js';
import { Hearing } from './hearing.js';
import { Questions } from './questions.js';

/** Starts and stops the parts of a registry in their order. */
@Injectable()
export class RegistryService implements OnApplicationBootstrap {
  constructor(
    private readonly hearing: Hearing,
    private readonly writer: DirectoryWriter,
    private readonly handBacks: HandBacks,
    private readonly questions: Questions,
    private readonly presence: Presence,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.presence.describe({ kind: 'service', description: 'Knows who can do what, and who is alive' });
    await this.hearing.start();
    await this.handBacks.start();
    await this.writer.start();
    await this.questions.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.questions.stop(), this.handBacks.stop()]);
    await this.writer.stop();
    await this.hearing.stop();
  }
}
