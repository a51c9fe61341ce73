import { WaggleError } from '@waggle/protocol';
import type { Clock } from './clock.js';
import type { Network } from './network.js';

/** Says of an answer that it settles nothing: the same is asked again. */
export class Again {
  constructor(
    readonly reason: WaggleError,
    /** Time after which this reason is final. */
    readonly giveUpAt = Infinity,
  ) {}
}

/** Of a connection: a process that is gone hears of nothing any more, not even of that. */
export type Life = 'open' | 'closed' | 'gone';

const PATIENCE = 1_000;
const MAX_PATIENCE = 5_000;
const BACKOFF_FIRST = 25;
const BACKOFF_MAX = 500;

export interface Asked<T> {
  /** What the broker does when the question arrives; `sends` counts how often it went out. Throws what is final. */
  work: (sends: number) => T | Again;
  timeout: number;
  /** Milliseconds of silence before it is sent again. */
  patience?: number;
}

/** Questions to the broker, sent again until an answer settles them or their time is over: as the real adapter does. */
export class Asker {
  constructor(
    private readonly clock: Clock,
    private readonly network: Network,
    private readonly life: () => Life,
  ) {}

  ask<T>({ work, timeout, patience = PATIENCE }: Asked<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const deadline = this.clock.now() + timeout;
      let sends = 0;
      let refusals = 0;
      let silence = patience;
      let last: WaggleError | undefined;
      let settled = false;
      let cancel = (): void => undefined;
      const finish = (end: () => void): void => {
        if (settled) return;
        settled = true;
        cancel();
        end();
      };
      const sendIn = (millis: number): void => {
        cancel();
        const now = this.clock.now();
        cancel = this.clock.after(Math.min(millis, deadline - now), () => {
          if (this.life() === 'gone') return;
          if (this.life() === 'closed') return finish(() => reject(new WaggleError('BUS_UNREACHABLE', 'the connection is closed')));
          if (this.clock.now() < deadline) return send();
          finish(() => reject(last ?? new WaggleError('BUS_TIMEOUT', `no answer within ${timeout} ms`)));
        });
      };
      const heard = (verdict: T | Again): void => {
        if (settled) return;
        if (!(verdict instanceof Again)) return finish(() => resolve(verdict));
        last = verdict.reason;
        if (this.clock.now() >= verdict.giveUpAt) return finish(() => reject(verdict.reason));
        sendIn(Math.min(BACKOFF_MAX, BACKOFF_FIRST * 2 ** refusals++));
      };
      const send = (): void => {
        const count = ++sends;
        this.network.toBroker('ask', () => {
          let verdict: T | Again;
          try {
            verdict = work(count);
          } catch (error) {
            const final = error instanceof Error ? error : new Error(String(error));
            this.network.toClient('answer', () => finish(() => reject(final)));
            return;
          }
          this.network.toClient('answer', () => heard(verdict));
        });
        sendIn(silence);
        silence = Math.min(MAX_PATIENCE, silence * 2);
      };
      if (this.life() === 'closed') reject(new WaggleError('BUS_UNREACHABLE', 'the connection is closed'));
      else if (this.life() === 'open') send();
    });
  }
}
