import type { Bus, LiveMessage, PublishResult, Subscription } from '@waggle/bus';
import { bucketStream, retryable, subjects, WaggleError, type ErrorCode } from '@waggle/protocol';
import type { BrokerTime } from './broker-time.js';
import { encode, type Entry } from './record.js';
import type { Rules } from './rules.js';
import type { Scope } from './scope.js';

/** What stands for a scope: `sequence` 0 where nothing was ever read or written, or all of it has left. */
export interface State {
  readonly sequence: number;
  readonly entries: readonly Entry[];
}

/** A change of the record: gives the very same list when there is nothing to write, throws when it must not be. May be called again. */
export type Change = (entries: readonly Entry[]) => readonly Entry[];

/** A change is in the broker; `sentAt` is `performance.now()` before it was sent at all: no lease that it began is older. */
export interface Changed extends State {
  readonly sentAt: number;
}

/** Somebody with an entry in the record, who wants to know what becomes of it. */
export interface Member {
  readonly id: string;
  readonly held: boolean;
  noticed(state: State): void;
  /** The bus was closed: nothing of it can be known or changed any more. */
  cutOff(): void;
}

export interface CellOptions {
  bus: Bus;
  tenant: string;
  rules: Rules;
  time: BrokerTime;
}

interface Pending {
  change: Change;
  /** `performance.now()` after which it is given up. */
  until: number;
  /** `performance.now()` before it was first sent: that may be what stands there. Once a write of it was answered, before that. */
  sentAt?: number;
  resolve: (changed: Changed) => void;
  reject: (error: unknown) => void;
}

const STREAM = bucketStream('LOCKS');
/** Seconds a tombstone stays: for so long a scope that is locked again costs no reading. */
const TOMBSTONE = 60;
const TOMBSTONE_KNOWN = (TOMBSTONE - 5) * 1_000;
const TOMBSTONE_HEADERS = { 'KV-Operation': 'DEL', 'Nats-TTL': `${TOMBSTONE}s` };
const PATIENCE = 10_000;
/** So many refusals in a row without a pause: a race of two is over by then. */
const EAGER = 2;
const MOST_ROUNDS = 500;
const LINGER = 1_000;
/** A follower is not further behind than this. */
const LAG = 1_000;
const STAGGER = 15;
const MOST_STAGGER = 300;
const LEAST_TIMER = 5;
const RETRY = 50;
const NOBODY: State = { sequence: 0, entries: [] };

type Heard = Pick<LiveMessage, 'header' | 'text'>;

const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

/**
 * One scope as this process sees it. Changes are written one after the other, those that wait meanwhile together, each
 * expecting the sequence that was read or written before: the broker's order decides, and a lost race reads and tries
 * again. The feed wakes and never decides.
 */
export class Cell {
  private state = NOBODY;
  private stale = false;
  private adopted = 0;
  private emptySince = 0;
  private writing = false;
  private readonly pending: Pending[] = [];
  private readonly members = new Map<string, Member>();
  private watchers = 0;
  private feed?: Promise<Subscription | undefined>;
  private unwatching?: NodeJS.Timeout;
  private expiry?: NodeJS.Timeout;
  /** A look is in line already. */
  private refreshing = false;
  private rumoured?: Heard;
  private readonly subject: string;
  private readonly feedSubject: string;

  constructor(
    readonly scope: Scope,
    private readonly options: CellOptions,
  ) {
    const key = `${options.tenant}.${scope.key}`;
    this.subject = subjects.kvKey('LOCKS', key);
    this.feedSubject = subjects.kvFeed('LOCKS', key);
  }

  /** Nothing is under way and nobody looks: it may be forgotten. */
  get idle(): boolean {
    return !this.writing && this.members.size === 0 && this.feed === undefined;
  }

  /** The bus is closed for good. */
  get cutOff(): boolean {
    return this.options.bus.health.closed === true;
  }

  /** Has the broker store a change. Rejects with what the change throws, and `BUS_…` after `until` at the latest, at once where the bus is closed. */
  change(change: Change, until = performance.now() + PATIENCE): Promise<Changed> {
    return new Promise((resolve, reject) => {
      this.pending.push({ change, until, resolve, reject });
      if (!this.writing) void this.write();
    });
  }

  /** What stands now, by the broker. */
  async look(): Promise<State> {
    this.stale = true;
    return this.change((entries) => entries);
  }

  /** Wipes whatever stands there, readable or not. */
  async clear(): Promise<void> {
    await this.options.bus.publish(this.subject, '', { headers: TOMBSTONE_HEADERS });
    this.stale = true;
  }

  add(member: Member): void {
    this.members.set(member.id, member);
  }

  drop(member: Member): void {
    this.members.delete(member.id);
    if (this.members.size === 0) clearTimeout(this.expiry);
  }

  /** Hears of changes until `unwatch`; what was missed before is read. */
  watch(): void {
    clearTimeout(this.unwatching);
    if (this.watchers++ > 0) return;
    this.feed ??= this.options.bus.subscribe(this.feedSubject, (message) => this.heard(message)).catch(() => undefined);
    void this.feed.then(() => this.refresh());
  }

  unwatch(): void {
    if (--this.watchers > 0) return;
    clearTimeout(this.unwatching);
    this.unwatching = setTimeout(() => this.deafen(), LINGER).unref();
  }

  /** Something may have been missed. */
  refresh(): void {
    if (this.watchers === 0 || this.refreshing) return;
    this.refreshing = true;
    // whoever cannot be told now is told by its next renewal
    this.look().catch(() => undefined);
  }

  /** The bus was closed. */
  end(): void {
    clearTimeout(this.expiry);
    clearTimeout(this.unwatching);
    for (const member of [...this.members.values()]) member.cutOff();
  }

  private deafen(): void {
    const { feed } = this;
    if (this.watchers > 0) return;
    this.feed = undefined;
    void feed?.then((subscription) => subscription?.stop()).catch(() => undefined);
  }

  private heard(message: Heard): void {
    this.rumoured = message;
    // what is under way may be this very message
    if (!this.writing) this.listen();
  }

  /** Goes by the newest that was heard. */
  private listen(): void {
    const message = this.rumoured;
    this.rumoured = undefined;
    const sequence = Number(message?.header('Nats-Sequence') ?? 0);
    if (message === undefined || sequence <= this.state.sequence) return;
    this.stale = true;
    const entries = this.rumour(message.text(), { sequence, time: Date.parse(message.header('Nats-Time-Stamp') ?? '') });
    if (entries === undefined || this.options.rules.concerns(entries, this.members.values())) this.refresh();
    else this.armExpiry(entries);
  }

  /** What a feed says stands there: good enough to know when to look. */
  private rumour(text: string, stored: { sequence: number; time: number }): readonly Entry[] | undefined {
    const { rules } = this.options;
    try {
      return rules.settle(rules.read(text), stored);
    } catch {
      return undefined;
    }
  }

  private async write(): Promise<void> {
    this.writing = true;
    while (this.pending.length > 0) {
      const batch = this.pending.splice(0);
      this.refreshing = false;
      try {
        await this.apply(batch);
      } catch (error) {
        this.stale = true;
        this.failed(batch, error);
        await sleep(RETRY);
      }
      this.listen();
    }
    this.writing = false;
  }

  private failed(batch: Pending[], error: unknown): void {
    const again = retryable((error as { code?: ErrorCode }).code ?? '') && !this.cutOff;
    const now = performance.now();
    for (const each of batch) {
      if (again && each.until > now + LEAST_TIMER) this.pending.push(each);
      else each.reject(error);
    }
  }

  private async apply(batch: Pending[]): Promise<void> {
    let fresh = false;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      if (round > EAGER) await sleep(Math.random() * Math.min(50, 2 ** round));
      if (this.stale) {
        await this.read();
        fresh = true;
      }
      const base = this.base();
      const { entries, changed, refused } = this.folded(base, batch);
      // nobody is refused by what stood here before: it may be free by now
      if (refused.length > 0 && !fresh) {
        this.stale = true;
        continue;
      }
      for (const [each, error] of refused) {
        each.reject(error);
        // should the writing fail, it is not tried again
        batch.splice(batch.indexOf(each), 1);
      }
      if (entries !== base.entries) {
        const sentAt = performance.now();
        for (const each of changed) each.sentAt ??= sentAt;
        const stored = await this.send(base, entries, batch);
        if (stored.status === 'conflict') {
          // it may have been stored all the same, its answer lost, and written over before it was sent again
          this.stale = true;
          continue;
        }
        for (const each of changed) each.sentAt = sentAt;
        this.adopt({ sequence: stored.sequence, entries: this.options.rules.settle(entries, stored) });
      }
      const { state } = this;
      for (const { resolve, sentAt = performance.now() } of batch) resolve({ sequence: state.sequence, entries: state.entries, sentAt });
      return;
    }
    throw new WaggleError('OVERLOADED', `Too many change the lock ${JSON.stringify(this.scope.name)} at once.`, { path: 'scope' });
  }

  /** What to change: a tombstone of ours that has left by now is none. */
  private base(): State {
    const { state } = this;
    if (state.sequence === 0 || state.entries.length > 0 || performance.now() - this.emptySince < TOMBSTONE_KNOWN) return state;
    return (this.state = NOBODY);
  }

  /** All changes of a batch, one upon the other; one that throws is refused by itself. */
  private folded(base: State, batch: Pending[]): { entries: readonly Entry[]; changed: Pending[]; refused: [Pending, unknown][] } {
    const { rules, time } = this.options;
    let entries = rules.grant(rules.expire(base.entries, time.now));
    const changed: Pending[] = [];
    const refused: [Pending, unknown][] = [];
    for (const each of batch) {
      try {
        const after = each.change(entries);
        if (after !== entries) changed.push(each);
        entries = rules.grant(after);
      } catch (error) {
        refused.push([each, error]);
      }
    }
    return { entries, changed, refused };
  }

  /** Asks the broker to store it where `base` stands; a conflict where something else does by now. */
  private send(base: State, entries: readonly Entry[], batch: Pending[]): Promise<PublishResult> {
    const empty = entries.length === 0;
    const patience = batch.reduce((least, { until }) => Math.min(least, until - performance.now()), PATIENCE);
    return this.options.bus.publish(this.subject, empty ? '' : encode(this.scope.name, entries), {
      expect: base.sequence,
      headers: empty ? TOMBSTONE_HEADERS : { 'Nats-TTL': `${this.timeToLive(entries)}s` },
      timeout: Math.max(LEAST_TIMER, patience),
    });
  }

  /** Seconds until the last lease of all has ended; never less. The broker removes the record then. */
  private timeToLive(entries: readonly Entry[]): number {
    const { now } = this.options.time;
    return entries.reduce((most, { at, lease }) => {
      const left = at === undefined || now === -Infinity ? lease : Math.min(lease, Math.ceil((at - now) / 1_000) + lease);
      return Math.max(most, left);
    }, 1);
  }

  private async read(): Promise<void> {
    const { bus, rules, time } = this.options;
    const message = await bus.last(STREAM, this.subject);
    const sequence = message?.sequence ?? 0;
    // read from a follower that does not have our last write yet: the broker will refuse what is built on it, or not
    if (sequence < this.state.sequence && performance.now() - this.adopted < LAG) return;
    if (message === undefined) return this.adopt(NOBODY);
    time.saw(message.time);
    this.adopt({ sequence, entries: rules.settle(rules.read(message.text()), { sequence, time: message.time.getTime() }) });
  }

  private adopt(state: State): void {
    this.state = state;
    this.stale = false;
    this.adopted = performance.now();
    if (state.entries.length === 0) this.emptySince = this.adopted;
    for (const member of this.members.values()) member.noticed(state);
    this.armExpiry(state.entries);
  }

  /** An expiry sends no event: whoever waits looks again when a holder's lease ends, the longest waiting first. */
  private armExpiry(entries: readonly Entry[]): void {
    clearTimeout(this.expiry);
    if (this.watchers === 0) return;
    const { now } = this.options.time;
    const ends = entries.filter(({ held }) => held).map(({ at, lease }) => (at ?? now) + lease * 1_000 - now);
    const place = entries.findIndex(({ id }) => this.members.has(id));
    if (ends.length === 0 || place < 0 || !Number.isFinite(ends[0])) return;
    const wait = Math.max(LEAST_TIMER, Math.min(...ends) + 1) + Math.min(MOST_STAGGER, place * STAGGER);
    this.expiry = setTimeout(() => this.refresh(), Math.min(wait, 0x7fffffff)).unref();
  }
}
