import { setTimeout as sleep } from 'node:timers/promises';
import { ask, InTurn, type Bus } from '@waggle/bus';
import { codeOf, ERRORS, newId } from '@waggle/protocol';

const SERVICE = 'sessions';
/** One try: the service answers in milliseconds, so silence means that an answer or the service was lost. */
const TRY = 2_000;
const PATIENCE = 20_000;
const AGAIN = { first: 20, most: 500 };

export interface AskOptions {
  /** Milliseconds until it is given up; default 20 s. */
  timeout?: number;
  signal?: AbortSignal;
}

/**
 * Questions to the service that owns sessions. Each write carries an id, so one whose answer was lost is asked again
 * and not done again. Fails with what the service finds wrong, or the last `BUS_…` when `timeout` is over.
 */
export class Desk {
  private readonly me = newId();
  private readonly turns = new InTurn();
  private asked = 0;

  constructor(
    readonly bus: Bus,
    readonly tenant: string,
  ) {}

  write<T>(endpoint: string, question: object, options?: AskOptions): Promise<T> {
    return this.read<T>(endpoint, { request: `${this.me}-${this.asked++}`, ...question }, options);
  }

  /** Writes of one key one after another: then the service need remember no more than the last of each writer. */
  writeKey<T>(endpoint: string, question: { session: string; key: string; [field: string]: unknown }): Promise<T> {
    return this.turns.run(`${question.session}.${question.key}`, () => this.write<T>(endpoint, question));
  }

  async read<T>(endpoint: string, question: object, { timeout = PATIENCE, signal }: AskOptions = {}): Promise<T> {
    const until = performance.now() + timeout;
    for (let delay = AGAIN.first; ; delay = Math.min(AGAIN.most, delay * 2)) {
      signal?.throwIfAborted();
      const left = until - performance.now();
      try {
        return await ask<T>(
          this.bus,
          { service: SERVICE, endpoint, tenant: this.tenant, timeout: Math.min(TRY, Math.max(1, left)) },
          question,
        );
      } catch (error) {
        const code = codeOf(error);
        if (code === undefined || !ERRORS[code].retryable || this.bus.health.closed || until - performance.now() <= delay) throw error;
      }
      await sleep(delay, undefined, { signal });
    }
  }
}
