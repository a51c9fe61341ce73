import { Inject, Injectable } from '@nestjs/common';
import { serve, type Bus, type Subscription } from '@waggle/bus';
import { BUS, Log } from '@waggle/service';
import type { Part } from './part.js';

/** Nest token of the parts that answer questions. */
export const PARTS = Symbol('PARTS');

/** Answers at `wgm.svc.sessions.<endpoint>.<tenant>.<who asks>`. What cannot be answered comes as `{ problems }`. */
@Injectable()
export class Questions {
  private serving?: Subscription;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(PARTS) private readonly parts: readonly Part[],
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    this.serving = await serve(this.bus, {
      version: '0.1.0',
      tenantEndpoints: Object.assign({}, ...this.parts.map(({ endpoints }) => endpoints)) as Part['endpoints'],
      onError: (error, subject) => this.log.error('a question could not be answered', { subject, error }),
    });
  }

  async stop(): Promise<void> {
    await this.serving?.stop();
  }
}
