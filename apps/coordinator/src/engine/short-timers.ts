import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Log } from '@waggle/service';
import { textOf, type FlowKey } from '../domain/flow-key.js';
import { decideInternally } from './internal-job.js';
import { Lanes } from './lanes.js';

/** The broker's timers fire up to a quarter of a second late: waits that are shorter than this feel it. */
const SHORT = 1_000;
const MOST = 10_000;

/**
 * Accelerates short waits. The broker's timer is the guarantee: it is armed all the same, and whichever comes first is
 * the input, the other means nothing any more.
 */
@Injectable()
export class ShortTimers implements OnModuleDestroy {
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly lanes: Lanes,
    private readonly log: Log,
  ) {}

  /**
   * `now`: the broker's time that the wait begins at. A flow has one timer: arming it again replaces it.
   * Whether the wait is short.
   */
  arm(key: FlowKey, { n, at, now }: { n: number; at: number; now: number }): boolean {
    const text = textOf(key);
    this.disarm(text);
    if (at - now >= SHORT) return false;
    if (this.timers.size >= MOST) return true;
    const fire = (): void => {
      this.timers.delete(text);
      const input = { kind: 'timer', n, at, origin: { stream: 'TIMER.short', sequence: n } } as const;
      decideInternally(this.lanes, key, input).catch((error: unknown) =>
        this.log.debug('a short timer was not taken: the broker has it', { ...key, error }),
      );
    };
    this.timers.set(text, setTimeout(fire, Math.max(0, at - now)));
    return true;
  }

  onModuleDestroy(): void {
    for (const text of [...this.timers.keys()]) this.disarm(text);
  }

  private disarm(text: string): void {
    clearTimeout(this.timers.get(text));
    this.timers.delete(text);
  }
}
