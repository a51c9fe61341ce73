import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Lanes } from './engine/lanes.js';
import { LateTimers } from './engine/late-timers.js';
import { Retention } from './engine/retention.js';
import { Inputs } from './inputs/inputs.js';
import { Questions } from './questions/questions.js';

/** Starts and stops the parts of a coordinator in their order. */
@Injectable()
export class CoordinatorService implements OnApplicationBootstrap {
  constructor(
    private readonly inputs: Inputs,
    private readonly lanes: Lanes,
    private readonly late: LateTimers,
    private readonly retention: Retention,
    private readonly questions: Questions,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.questions.start();
    await this.retention.start();
    await this.inputs.start();
  }

  /** What waits is handed back, what is at work is finished. */
  async stop(): Promise<void> {
    await Promise.all([this.inputs.stop(), this.questions.stop(), this.retention.stop()]);
    for (const job of this.lanes.takeWaiting()) job.again(0, 'stopping');
    await this.lanes.settled();
    await this.late.flush();
  }
}
