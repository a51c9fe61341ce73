import { WaggleError } from '@waggle/protocol';
import type { Cell, Change, Changed, Member, State } from './cell.js';
import { contended } from './contended.js';
import type { LockMetrics } from './metrics.js';
import type { LockSettings } from './options.js';
import { MAX_ENTRIES, type Entry } from './record.js';
import type { Rules } from './rules.js';
import { Soon } from './soon.js';

/** Seconds a waiter counts without a sign of life: what one that died costs those behind it at most. */
const WAIT_LEASE = 5;
/** Held for longer, the record is watched: a forced release is heard at once, and one's own needs no second try. */
const WATCH_AFTER = 100;
const LEAST_TURN = 10;
const RETRY = 50;
const GONE = 'it was broken by force, or its lease ended before it was renewed';
const LONGEST_TIMER = 0x7fffffff;

const SOON = new Soon(WATCH_AFTER);

/** Milliseconds before the end of a lease at which its holder stops: a tenth, at most a second. */
export const safetyMargin = (lease: number): number => Math.min(1_000, lease * 100);

export interface ClaimContext {
  cell: Cell;
  rules: Rules;
  metrics: LockMetrics;
  settings: LockSettings;
  id: string;
  holder: string;
}

/** One entry of one scope, from the asking to the release: waits in its turn, keeps its lease, knows when it is lost. */
export class Claim implements Member {
  readonly id: string;
  held = false;
  lost?: WaggleError;
  token = 0;
  /** Told once, when the lease is lost. */
  onLost?: () => void;
  private readonly cell: Cell;
  private lease: number;
  /** `performance.now()` until which nobody else can hold it, less the safety margin. */
  private deadline = 0;
  private renewal?: NodeJS.Timeout;
  private losing?: NodeJS.Timeout;
  private watching = false;
  private ended = false;
  private since = 0;
  private wake?: () => void;

  constructor(private readonly context: ClaimContext) {
    this.id = context.id;
    this.cell = context.cell;
    this.lease = context.settings.ttl;
  }

  /** Whether it surely holds now, by monotonic time. */
  get valid(): boolean {
    return this.held && !this.ended && performance.now() < this.deadline;
  }

  /** Gets the lock. `LOCK_CONTENDED` after `wait`, `OVERLOADED` where too many wait, what the signal says, `BUS_…`. */
  async take(until: number, signal?: AbortSignal): Promise<void> {
    const { settings, metrics } = this.context;
    const asked = performance.now();
    this.cell.add(this);
    try {
      const patience = Math.max(until, asked + Math.min(5_000, settings.ttl * 1_000));
      this.stored(await this.cell.change(this.join(until > asked), patience));
      if (!this.held) {
        metrics.contended();
        await this.wait(until, signal);
      }
    } catch (error) {
      this.forget();
      metrics.refused(error);
      throw error;
    }
    this.since = performance.now();
    metrics.acquired((this.since - asked) / 1_000, settings.permits);
    if (this.watching) return this.arm();
    // no timer of its own for a lock that is given back soon: a renewal is not due so early
    SOON.add(this.settle);
  }

  /** Gives it back; what was lost before is none of ours. Rejects when the broker cannot be told: the lease ends by itself. */
  async release(): Promise<void> {
    if (this.ended) return;
    const { rules, metrics } = this.context;
    this.end();
    metrics.released((performance.now() - this.since) / 1_000);
    await this.cell.change((entries) => rules.remove(entries, new Set([this.id])));
  }

  /** The cell read or wrote something. */
  noticed(state: State): void {
    const mine = state.entries.find(({ id }) => id === this.id);
    if (this.ended) return;
    if (this.held) {
      // a follower may not have got as far as our own write
      const newer = state.sequence > this.token || state.sequence === 0;
      if (mine?.held !== true && newer) this.lose(GONE);
    } else {
      this.token = (mine?.held === true && mine.token) || 0;
      if (this.token > 0) this.wake?.();
    }
  }

  cutOff(): void {
    if (this.ended) return;
    if (this.held) this.lose('the connection to the broker was closed');
    else this.wake?.();
  }

  private entry(): Entry {
    const { settings, holder } = this.context;
    const { permits, priority, ttl, metadata } = settings;
    return { id: this.id, holder, permits, priority, lease: ttl, held: false, ...(metadata && { metadata }) };
  }

  private join(mayWait: boolean): Change {
    const { rules } = this.context;
    return (entries) => {
      const joined = rules.join(entries, this.entry(), WAIT_LEASE);
      if (!mayWait && joined.find(({ id }) => id === this.id)?.held !== true) throw contended(this.cell.scope, entries);
      if (joined.length > MAX_ENTRIES)
        throw new WaggleError('OVERLOADED', `${MAX_ENTRIES} hold or wait for ${JSON.stringify(this.cell.scope.name)} already.`, {
          path: 'scope',
        });
      return joined;
    };
  }

  /** A write with our entry in it: its lease runs from when that was sent. */
  private stored({ entries, sentAt }: Changed): void {
    const mine = entries.find(({ id }) => id === this.id);
    if (mine === undefined) return;
    this.lease = mine.lease;
    this.deadline = sentAt + mine.lease * 1_000 - safetyMargin(mine.lease);
    if (!mine.held || mine.token === undefined || this.held) return;
    this.token = mine.token;
    this.held = this.enoughLeft;
  }

  /** What is left of the lease is worth something: whoever slept until near its end asks for it anew first. */
  private get enoughLeft(): boolean {
    return this.deadline - performance.now() > (this.lease * 1_000) / 2;
  }

  private async wait(until: number, signal?: AbortSignal): Promise<void> {
    let abort = (): void => undefined;
    const called = new Promise<void>((resolve) => (abort = resolve));
    const late = setTimeout(abort, Math.min(Math.max(0, until - performance.now()), LONGEST_TIMER));
    signal?.addEventListener('abort', abort, { once: true });
    this.watch();
    try {
      while (!this.held) {
        signal?.throwIfAborted();
        if (this.cell.cutOff) throw new WaggleError('BUS_UNREACHABLE', 'the connection is closed');
        if (performance.now() >= until) throw contended(this.cell.scope, (await this.cell.look()).entries, this.id);
        await this.turn(called);
      }
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Until it holds, must show that it lives, or is called off. */
  private async turn(called: Promise<void>): Promise<void> {
    const renewAt = this.deadline - this.lease * 1_000 * (1 - this.context.settings.renewalThreshold);
    let timer: NodeJS.Timeout | undefined;
    const stirred = new Promise<void>((resolve) => {
      this.wake = resolve;
      timer = setTimeout(resolve, Math.max(LEAST_TURN, renewAt - performance.now()));
    });
    if (this.token === 0) await Promise.race([stirred, called]);
    clearTimeout(timer);
    this.wake = undefined;
    if (this.token > 0) this.held = this.enoughLeft;
    if (this.held || (this.token === 0 && performance.now() < renewAt)) return;
    await this.showLife();
  }

  private async showLife(): Promise<void> {
    this.token = 0;
    const { settings, rules } = this.context;
    const stay = this.join(true);
    try {
      this.stored(
        await this.cell.change(
          (entries) => {
            const mine = entries.find(({ id }) => id === this.id);
            // passed over while it could not be heard: it queues anew
            if (mine === undefined) return stay(entries);
            return rules.renew(entries, this.id, mine.held ? settings.ttl : Math.min(settings.ttl, WAIT_LEASE));
          },
          performance.now() + WAIT_LEASE * 1_000,
        ),
      );
    } catch (error) {
      if ((error as WaggleError).retryable !== true) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }

  /** Renewed when `renewalThreshold` of the lease has run, less the margin; at once where it waited with a shorter one. */
  private arm(): void {
    const { ttl, renewalThreshold } = this.context.settings;
    const wait = this.lease < ttl ? 0 : this.deadline - this.lease * 1_000 * (1 - renewalThreshold) - performance.now();
    clearTimeout(this.losing);
    this.renewal = setTimeout(() => this.renew(), Math.min(Math.max(0, wait), LONGEST_TIMER));
  }

  private renew(): void {
    const left = this.deadline - performance.now();
    // a blocked event loop, or a stopped process, wakes here
    if (left <= 0) return this.lose('its lease ended before it could be renewed');
    const { rules, settings } = this.context;
    clearTimeout(this.losing);
    this.losing = setTimeout(() => this.lose('the broker could not be reached in time to renew it'), left);
    this.cell
      .change((entries) => rules.renew(entries, this.id, settings.ttl), this.deadline)
      .then((changed) => {
        if (this.ended) return;
        if (!changed.entries.some(({ id, held }) => held && id === this.id)) return this.lose(GONE);
        this.stored(changed);
        this.arm();
      })
      .catch(() => {
        if (this.cell.cutOff) return this.cutOff();
        // a bucket without room, say: once more, until it is too late
        if (!this.ended) this.renewal = setTimeout(() => this.renew(), RETRY);
      });
  }

  private lose(why: string): void {
    const { metrics } = this.context;
    this.lost = new WaggleError('LOCK_LOST', `The lock ${JSON.stringify(this.cell.scope.name)} was lost: ${why}.`);
    this.forget();
    metrics.lost();
    this.onLost?.();
  }

  /** Ended without a release that anybody waits for: whoever is next should not wait for our lease. */
  private forget(): void {
    const { rules } = this.context;
    this.end();
    this.cell.change((entries) => rules.remove(entries, new Set([this.id]))).catch(() => undefined);
  }

  private readonly settle = (): void => {
    this.watch();
    this.arm();
  };

  private end(): void {
    this.ended = true;
    SOON.remove(this.settle);
    clearTimeout(this.renewal);
    clearTimeout(this.losing);
    this.cell.drop(this);
    if (this.watching) this.cell.unwatch();
    this.watching = false;
  }

  private watch(): void {
    if (this.watching) return;
    this.watching = true;
    this.cell.watch();
  }
}
