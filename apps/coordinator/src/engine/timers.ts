import { Inject, Injectable } from '@nestjs/common';
import type { Command } from '@waggle/flow';
import type { Bus } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import type { FlowKey } from '../domain/flow-key.js';
import type { FlowMessages } from '../domain/messages.js';
import { LateTimers } from './late-timers.js';
import { ShortTimers } from './short-timers.js';

/** The log entry that arms a timer. */
interface Entry {
  key: FlowKey;
  n: number;
  at: number;
  messages: FlowMessages;
  fresh?: true;
}

/** A flow's one timer: the broker's, with an accelerator for short waits; put off where the flow may be over before. */
@Injectable()
export class Timers {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly short: ShortTimers,
    private readonly late: LateTimers,
  ) {}

  async arm({ key, n, at, messages, fresh }: Entry, command: Extract<Command, { type: 'timer' }>): Promise<void> {
    const short = this.short.arm(key, { n, at: command.at, now: at });
    const store = () =>
      this.bus.schedule(
        subjects.timerAt(key.tenant, key.flowId, n),
        subjects.timerDue(key.tenant, key.flowId, n),
        new Date(command.at),
        JSON.stringify(messages.timer(command)),
      );
    if (fresh && !short) this.late.putOff(key, store);
    else await store();
  }

  /** The flow is over: what was put off is not needed. */
  moot(key: FlowKey): void {
    this.late.moot(key);
  }
}
