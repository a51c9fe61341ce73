import { hearStored, lastWhenReachable, type Bus, type Subscription } from '@waggle/bus';
import { MESSAGE_TYPES, subjects, WaggleError, type Outcome } from '@waggle/protocol';
import { payloadOf } from './payload-of.js';

export interface OutcomeOptions {
  /** Milliseconds to wait; for ever by default. */
  timeout?: number;
  /** Gives up waiting; the flow goes on. */
  signal?: AbortSignal;
}

/**
 * Milliseconds between two looks at what is waited for. A client is not told when it is the servers of a cluster that cannot
 * hear each other: its connection stands, and what is said meanwhile it never hears.
 */
const LOOK_AGAIN = 30_000;

interface Waiter {
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
  given: AbortSignal;
}

/**
 * Waits for the ends of one's own flows over a single subscription, however many are waited for.
 * Subscribed first, read then: either may come first. Read again whenever the broker is back, and now and then. What is
 * heard live only wakes: a stored outcome is the only one that counts.
 */
export class Outcomes {
  private readonly waiting = new Map<string, Set<Waiter>>();
  private subscribed?: Promise<Subscription>;
  private stopHealth?: () => void;
  private timer?: NodeJS.Timeout;
  private looking = false;

  constructor(
    private readonly bus: Bus,
    private readonly tenant: string,
    private readonly owner: string,
  ) {}

  /** The end of a flow, whatever it is. `TIMED_OUT` when it does not come in time; the signal's reason when aborted. */
  async of(flowId: string, options: OutcomeOptions = {}): Promise<Outcome> {
    const giveUp = new AbortController();
    const timer =
      options.timeout === undefined ? undefined : setTimeout(() => giveUp.abort(timedOut(flowId, options.timeout!)), options.timeout);
    const given = options.signal === undefined ? giveUp.signal : AbortSignal.any([giveUp.signal, options.signal]);
    try {
      given.throwIfAborted();
      return await this.wait(flowId, given);
    } finally {
      clearTimeout(timer);
      giveUp.abort();
    }
  }

  async close(): Promise<void> {
    this.stopHealth?.();
    clearInterval(this.timer);
    await (await this.subscribed?.catch(() => undefined))?.stop();
    for (const waiters of this.waiting.values()) {
      for (const waiter of waiters) waiter.reject(new WaggleError('BUS_UNREACHABLE', 'The client was closed.'));
    }
    this.waiting.clear();
  }

  private wait(flowId: string, given: AbortSignal): Promise<Outcome> {
    return new Promise<Outcome>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject, given };
      const waiters = this.waiting.get(flowId) ?? new Set();
      this.waiting.set(flowId, waiters.add(waiter));
      given.addEventListener(
        'abort',
        () => {
          waiters.delete(waiter);
          if (waiters.size === 0 && this.waiting.get(flowId) === waiters) this.waiting.delete(flowId);
          reject(given.reason as Error);
        },
        { once: true },
      );
      this.subscribe().then(() => this.read(flowId, waiter), reject);
    });
  }

  private subscribe(): Promise<Subscription> {
    this.subscribed ??= this.listen().catch((error: unknown) => {
      this.subscribed = undefined;
      throw error;
    });
    return this.subscribed;
  }

  private async listen(): Promise<Subscription> {
    const subscription = await hearStored(this.bus, {
      stream: 'FLOW',
      subject: subjects.outcome(this.tenant, this.owner, '*'),
      wanted: (subject) => this.waiting.has(flowOf(subject)),
      heard: (stored) => {
        this.settle(flowOf(stored.subject), stored);
        return true;
      },
      failed: (error, subject) => {
        for (const waiter of this.called(flowOf(subject))) waiter.reject(error);
      },
    });
    this.stopHealth = this.bus.onHealth((health) => {
      if (!health.ready) return;
      for (const [flowId, waiters] of this.waiting) for (const waiter of waiters) void this.read(flowId, waiter);
    });
    this.timer = setInterval(() => void this.lookAgain(), LOOK_AGAIN).unref();
    return subscription;
  }

  /** One after another: they may be many, and nothing is urgent. */
  private async lookAgain(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    for (const [flowId, [waiter]] of [...this.waiting]) if (waiter !== undefined) await this.read(flowId, waiter);
    this.looking = false;
  }

  private async read(flowId: string, waiter: Waiter): Promise<void> {
    try {
      const subject = subjects.outcome(this.tenant, this.owner, flowId);
      const stored = await lastWhenReachable(this.bus, { stream: 'FLOW', subject }, () => !waiter.given.aborted);
      if (stored !== undefined) this.settle(flowId, stored);
    } catch (error) {
      waiter.reject(error);
    }
  }

  private settle(flowId: string, message: { json<T>(): T }): void {
    for (const waiter of this.called(flowId)) {
      try {
        waiter.resolve(payloadOf(MESSAGE_TYPES.outcome, message));
      } catch (error) {
        waiter.reject(error);
      }
    }
  }

  /** Those who waited for the flow's end; they wait no more. */
  private called(flowId: string): Iterable<Waiter> {
    const waiters = this.waiting.get(flowId) ?? [];
    this.waiting.delete(flowId);
    return waiters;
  }
}

const flowOf = (subject: string): string => subject.split('.').at(-1)!;

const timedOut = (flowId: string, timeout: number): WaggleError =>
  new WaggleError('TIMED_OUT', `Flow ${flowId} has not ended within ${timeout} ms.`, { path: flowId });
