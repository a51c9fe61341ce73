import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Presence } from '@waggle/service';
import { Alarms } from './alarms.js';
import { FlowShares } from './flow-shares.js';
import { Questions } from './questions.js';

const DESCRIPTION = 'Owns what agents share: memory, sessions, channels, sync points, and turns at resources';

/** Starts and stops the parts of the service in their order. */
@Injectable()
export class SessionsService implements OnApplicationBootstrap {
  constructor(
    private readonly questions: Questions,
    private readonly alarms: Alarms,
    private readonly flowShares: FlowShares,
    private readonly presence: Presence,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.presence.describe({ kind: 'service', description: DESCRIPTION });
    await this.questions.start();
    await this.alarms.start();
    await this.flowShares.start();
  }

  async stop(): Promise<void> {
    await this.questions.stop();
    await this.alarms.stop();
    await this.flowShares.stop();
  }
}
