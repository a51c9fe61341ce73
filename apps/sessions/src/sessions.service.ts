import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { serve, type Bus, type Subscription } from '@waggle/bus';
import { BUS, Log, Presence } from '@waggle/service';
import { Alarms } from './alarms.js';
import { FlowEnds } from './flow-ends.js';
import type { Part } from './part.js';

/** Nest token of the parts that answer questions. */
export const PARTS = Symbol('PARTS');

/** Starts and stops what the service does. */
@Injectable()
export class SessionsService implements OnApplicationBootstrap {
  private serving?: Subscription;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(PARTS) private readonly parts: readonly Part[],
    private readonly alarms: Alarms,
    private readonly flowEnds: FlowEnds,
    private readonly presence: Presence,
    private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.presence.describe({
      kind: 'service',
      description: 'Owns what agents share: memory, sessions, channels, sync points, and turns at resources',
    });
    this.serving = await serve(this.bus, {
      version: '0.1.0',
      tenantEndpoints: Object.assign({}, ...this.parts.map(({ endpoints }) => endpoints)) as Part['endpoints'],
      onError: (error, subject) => this.log.error('a question could not be answered', { subject, error }),
    });
    await this.alarms.start();
    await this.flowEnds.start();
  }

  async stop(): Promise<void> {
    await this.serving?.stop();
    await this.alarms.stop();
    await this.flowEnds.stop();
  }
}
