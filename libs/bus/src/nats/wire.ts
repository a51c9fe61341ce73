import type { Msg, MsgHdrs, NatsConnection } from '@nats-io/nats-core';
import { WaggleError } from '@waggle/protocol';
import type { Outbox } from './outbox.js';

/** What a judge says of an answer that settles nothing: send the same bytes again, unless `deadline` has passed. */
export class Again {
  constructor(
    readonly reason: WaggleError,
    /** `performance.now()` after which this reason is final. */
    readonly giveUpAt = Infinity,
  ) {}
}

/** The answer was one of several: wait for the next. */
export const MORE = Symbol('more');

export interface Question<T> {
  subject: string;
  body: string | Uint8Array;
  headers?: MsgHdrs;
  /** Milliseconds until it is given up. */
  timeout: number;
  /** Milliseconds of silence before the same bytes are sent again; `Infinity`: sent once. */
  patience?: number;
  /** The result where nothing is heard within `patience`, or the connection is lost: then it is never sent again. */
  silent?: T;
  /** Turns an answer into the result. Throws what is final. `sends` counts how often the question went out. */
  judge: (answer: Msg, sends: number) => T | Again | typeof MORE;
}

interface Waiter extends Question<unknown> {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  key: string;
  deadline: number;
  patienceNow: number;
  nextSend: number;
  sends: number;
  refusals: number;
  last?: WaggleError;
}

const SWEEP = 25;
const PATIENCE = 1_000;
const MAX_PATIENCE = 5_000;
const MAX_BACKOFF = 500;
const MAX_WAITING = 65_536;

/**
 * Questions with answers over one inbox, one map and one sweep timer: a request costs no timer, no promise
 * chain and no Error of its own (docs/performance.md, lever 1). Questions survive reconnects: the same bytes
 * are sent again until an answer settles them or their time is over.
 */
export class Wire {
  private readonly inbox: string;
  private readonly waiters = new Map<string, Waiter>();
  private counter = 0;
  private timer: NodeJS.Timeout | undefined;
  private connected = true;
  private over = false;

  constructor(
    nc: NatsConnection,
    private readonly outbox: Outbox,
    inbox: string,
  ) {
    this.inbox = `${inbox}.`;
    nc.subscribe(`${this.inbox}*`, { callback: (_error, message) => this.answered(message) });
  }

  get waiting(): number {
    return this.waiters.size;
  }

  get isConnected(): boolean {
    return this.connected;
  }

  ask<T>(question: Question<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.over) throw new WaggleError('BUS_UNREACHABLE', 'the connection is closed');
      if (this.waiters.size >= MAX_WAITING)
        throw new WaggleError('OVERLOADED', `${MAX_WAITING} requests to the broker are under way already`);
      const now = performance.now();
      const patience = question.patience ?? PATIENCE;
      const waiter: Waiter = {
        subject: question.subject,
        body: question.body,
        headers: question.headers,
        timeout: question.timeout,
        patience: question.patience,
        silent: question.silent,
        judge: question.judge,
        resolve: resolve as (value: unknown) => void,
        reject,
        key: (this.counter++).toString(36),
        deadline: now + question.timeout,
        patienceNow: patience,
        nextSend: now + patience,
        sends: 0,
        refusals: 0,
      };
      this.waiters.set(waiter.key, waiter);
      if (this.connected) this.send(waiter);
      else waiter.nextSend = Infinity;
      this.timer ??= setTimeout(this.sweep, SWEEP);
    });
  }

  /** The broker refused a publish to this subject: whoever asked there gets to know. */
  violated(subject: string): void {
    for (const waiter of this.waiters.values()) {
      if (waiter.subject === subject) this.fail(waiter, new WaggleError('BUS_REFUSED', `no right to publish on ${subject}`));
    }
  }

  disconnected(): void {
    this.connected = false;
    for (const waiter of this.waiters.values()) {
      if (waiter.silent === undefined) waiter.nextSend = Infinity;
      else this.giveUp(waiter);
    }
  }

  reconnected(): void {
    this.connected = true;
    for (const waiter of this.waiters.values()) {
      if (waiter.patience !== Infinity || waiter.sends === 0) this.send(waiter);
    }
  }

  /** Nothing will be answered any more. */
  closed(): void {
    this.over = true;
    clearTimeout(this.timer);
    for (const waiter of this.waiters.values()) this.fail(waiter, new WaggleError('BUS_UNREACHABLE', 'the connection is closed'));
  }

  private send(waiter: Waiter): void {
    waiter.sends++;
    waiter.nextSend = performance.now() + waiter.patienceNow;
    this.outbox.say(waiter.subject, waiter.body, {
      options: { reply: this.inbox + waiter.key, headers: waiter.headers },
      failed: (cause) => this.fail(waiter, new WaggleError('BUS_UNREACHABLE', `cannot publish on ${waiter.subject}`, { cause })),
    });
  }

  /** Must never throw: an error here would end the client's read loop. */
  private answered(message: Msg): void {
    const waiter = this.waiters.get(message.subject.slice(this.inbox.length));
    if (!waiter) return;
    try {
      const verdict = waiter.judge(message, waiter.sends);
      if (verdict === MORE) {
        waiter.nextSend = performance.now() + waiter.patienceNow;
      } else if (verdict instanceof Again) {
        this.again(waiter, verdict);
      } else {
        this.waiters.delete(waiter.key);
        waiter.resolve(verdict);
      }
    } catch (error) {
      this.fail(waiter, error as Error);
    }
  }

  private again(waiter: Waiter, verdict: Again): void {
    const now = performance.now();
    waiter.last = verdict.reason;
    if (now >= verdict.giveUpAt) return this.fail(waiter, verdict.reason);
    const backoff = Math.min(MAX_BACKOFF, SWEEP * 2 ** waiter.refusals++);
    waiter.nextSend = this.connected ? now + backoff * (0.5 + Math.random() / 2) : Infinity;
  }

  private giveUp(waiter: Waiter): void {
    this.waiters.delete(waiter.key);
    waiter.resolve(waiter.silent);
  }

  private fail(waiter: Waiter, error: Error): void {
    this.waiters.delete(waiter.key);
    waiter.reject(error);
  }

  private readonly sweep = (): void => {
    const now = performance.now();
    for (const waiter of this.waiters.values()) {
      if (now >= waiter.deadline) {
        this.fail(waiter, this.timedOut(waiter));
      } else if (now >= waiter.nextSend && waiter.silent !== undefined) {
        this.giveUp(waiter);
      } else if (now >= waiter.nextSend) {
        waiter.patienceNow = Math.min(MAX_PATIENCE, waiter.patienceNow * 2);
        this.send(waiter);
      }
    }
    this.timer = this.waiters.size > 0 ? setTimeout(this.sweep, SWEEP) : undefined;
  };

  private timedOut(waiter: Waiter): WaggleError {
    if (!this.connected) return new WaggleError('BUS_UNREACHABLE', `no connection to the broker within ${waiter.timeout} ms`);
    return waiter.last ?? new WaggleError('BUS_TIMEOUT', `no answer on ${waiter.subject} within ${waiter.timeout} ms`);
  }
}
