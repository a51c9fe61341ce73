import { randomBytes } from 'node:crypto';
import type { Bus, StoredMessage, Subscription } from '@waggle/bus';
import { bucketStream, isToken, subjects, WaggleError } from '@waggle/protocol';
import { BrokerTime } from './broker-time.js';
import { Cell, type CellOptions } from './cell.js';
import { Claim } from './claim.js';
import { forceRelease, type ForceOptions } from './force-release.js';
import { Lock, type Part } from './lock.js';
import { LockMetrics, type LockMeter } from './metrics.js';
import { settingsOf, type LockOptions, type LockSettings } from './options.js';
import { decode } from './record.js';
import { RULES, type Rules } from './rules.js';
import { scopeOf, type Scope } from './scope.js';
import { statusOf, type LockStatus } from './status.js';

export interface LocksOptions {
  tenant: string;
  /** Named to those who wait; default: the name it signed in with. */
  holder?: string;
  metrics?: LockMeter;
}

export type Scopes = string | Scope | readonly (string | Scope)[];

const MOST_SCOPES = 64;
const MOST_CELLS = 10_000;

/** Locks of one tenant over a bus. One for a process is enough; they know nothing of each other. */
export class Locks {
  private readonly cells = new Map<string, Cell>();
  private readonly shared: CellOptions;
  private readonly metrics: LockMetrics;
  private readonly holder: string;
  private readonly prefix = randomBytes(8).toString('base64url');
  private readonly stopHealth: () => void;
  private claims = 0;

  constructor(
    private readonly bus: Bus,
    { tenant, holder = bus.me, metrics }: LocksOptions,
    rules: Rules = RULES,
  ) {
    if (!isToken(tenant)) throw new WaggleError('INVALID_INPUT', 'A tenant is 1 to 64 of A-Z, a-z, 0-9, _ and -.', { path: 'tenant' });
    if (typeof holder !== 'string' || holder.length === 0 || holder.length > 128)
      throw new WaggleError('INVALID_INPUT', 'A holder is a text of 1 to 128 characters.', { path: 'holder' });
    this.holder = holder;
    this.metrics = new LockMetrics(metrics);
    this.shared = { bus, tenant, rules, time: new BrokerTime() };
    // whoever waits may have missed something while the connection was away
    this.stopHealth = bus.onHealth(({ ready, closed }) => {
      for (const cell of this.cells.values()) {
        if (closed) cell.end();
        else if (ready) cell.refresh();
      }
    });
  }

  /**
   * Takes a lock, in turn. Several scopes are taken all or none, in an order of their own, so that two who ask for the
   * same ones never wait for each other. It is renewed until it is released. Fails with `LOCK_CONTENDED` when it was not
   * to be had within `wait`, `OVERLOADED` when 256 are in line, `LOCK_LOST` when one of several was broken before it had
   * the others, the signal's reason, `INVALID_INPUT`, `INVALID_DURATION`, `BUS_…`; nothing is held then. Whoever holds a scope and asks for it again waits for itself.
   */
  async acquire(scopes: Scopes, options: LockOptions = {}): Promise<Lock> {
    const settings = settingsOf(options);
    const wanted = scopesOf(scopes);
    options.signal?.throwIfAborted();
    const until = performance.now() + settings.wait;
    const [only] = wanted;
    if (wanted.length === 1) {
      const claim = this.claim(only!, settings);
      await claim.take(settings.wait === 0 ? 0 : until, options.signal);
      return new Lock(this.bus, [{ scope: only!, claim }]);
    }
    return this.all(wanted, settings, { until, signal: options.signal });
  }

  /** The lock if it is to be had at once, else undefined. Fails otherwise as `acquire` does. */
  async tryAcquire(scopes: Scopes, options: Omit<LockOptions, 'wait'> = {}): Promise<Lock | undefined> {
    try {
      return await this.acquire(scopes, { ...options, wait: 0 });
    } catch (error) {
      if ((error as { code?: string }).code === 'LOCK_CONTENDED') return undefined;
      throw error;
    }
  }

  /**
   * Does the work while the lock is held, then gives it back whatever happens. The work is told by `lock.signal` when
   * it is lost; work that ends all the same after that fails with `LOCK_LOST`, for somebody else may have been at it.
   */
  async withLock<T>(scopes: Scopes, work: (lock: Lock) => T | Promise<T>, options: LockOptions = {}): Promise<T> {
    const lock = await this.acquire(scopes, options);
    try {
      const result = await work(lock);
      lock.check();
      return result;
    } finally {
      // a lease that cannot be given back ends by itself, and says nothing about the work
      await lock.release().catch(() => undefined);
    }
  }

  /** Who holds it and who waits, as the broker has it now. */
  async status(scope: string | Scope): Promise<LockStatus> {
    const { name, key } = scopeOf(scope);
    return statusOf(name, key, (await this.cell({ name, key }).look()).entries);
  }

  /** All locks of the tenant that are held. Wants the right to read the whole bucket: `BUS_REFUSED` (an operator's, not an agent's). */
  async list(): Promise<LockStatus[]> {
    const stream = bucketStream('LOCKS');
    const root = subjects.kvKey('LOCKS', `${this.shared.tenant}.`);
    const found = await this.bus.read(stream, `${root}>`, { lastPerSubject: true });
    return found.filter(({ body }) => body.length > 0).map((message) => this.listed(message, root.length));
  }

  /** Tells of every change of a lock of the tenant, at most once: a reason to look again, no more. */
  changes(told: () => void): Promise<Subscription> {
    return this.bus.subscribe(subjects.kvFeed('LOCKS', `${this.shared.tenant}.>`), told);
  }

  /**
   * Breaks a lock: its holders hear of it by `lock.signal`, the next in line gets it. Written to the audit first; without
   * that nothing is broken. Gives back who held it. `INVALID_INPUT` without a reason.
   */
  forceRelease(scope: string | Scope, options: ForceOptions): Promise<LockStatus> {
    const wanted = scopeOf(scope);
    return forceRelease(this.bus, this.shared, { cell: this.cell(wanted), scope: wanted, ...options });
  }

  /** Called when the process needs no locks any more: locks that are held stay so until their leases end. */
  close(): void {
    this.stopHealth();
    this.cells.clear();
  }

  private listed(message: StoredMessage, rootLength: number): LockStatus {
    const key = message.subject.slice(rootLength);
    try {
      const { scope, entries } = decode(message.text());
      const { rules } = this.shared;
      return statusOf(scope, key, rules.settle(entries, { sequence: message.sequence, time: message.time.getTime() }));
    } catch {
      // somebody's nonsense in one record hides no other
      return statusOf(`(unreadable) ${key}`, key, []);
    }
  }

  private async all(
    wanted: readonly Scope[],
    settings: LockSettings,
    { until, signal }: { until: number; signal?: AbortSignal },
  ): Promise<Lock> {
    const parts: Part[] = [];
    try {
      for (const scope of [...wanted].sort((a, b) => (a.key < b.key ? -1 : 1))) {
        const claim = this.claim(scope, settings);
        await claim.take(settings.wait === 0 ? 0 : until, signal);
        parts.push({ scope, claim });
        // all or none: one may have been broken while it waited for the next
        const lost = parts.find((part) => part.claim.lost)?.claim.lost;
        if (lost) throw lost;
      }
    } catch (error) {
      await Promise.allSettled(parts.map(({ claim }) => claim.release()));
      throw error;
    }
    const inOrder = wanted.map((scope) => parts.find((part) => part.scope.key === scope.key)!);
    return new Lock(this.bus, inOrder);
  }

  private claim(scope: Scope, settings: LockSettings): Claim {
    const id = `${this.prefix}-${(this.claims++).toString(36)}`;
    const { metrics, holder, shared } = this;
    return new Claim({ cell: this.cell(scope), rules: shared.rules, metrics, settings, id, holder });
  }

  private cell(scope: Scope): Cell {
    const found = this.cells.get(scope.key);
    if (found) return found;
    if (this.cells.size >= MOST_CELLS) this.forgetIdle();
    const cell = new Cell(scope, this.shared);
    this.cells.set(scope.key, cell);
    return cell;
  }

  private forgetIdle(): void {
    for (const [key, cell] of this.cells) if (cell.idle) this.cells.delete(key);
  }
}

const scopesOf = (given: Scopes): Scope[] => {
  if (!Array.isArray(given)) return [scopeOf(given as string | Scope)];
  const list = given as (string | Scope)[];
  if (list.length === 0 || list.length > MOST_SCOPES)
    throw new WaggleError('INVALID_INPUT', `Name 1 to ${MOST_SCOPES} scopes.`, { path: 'scopes' });
  return [...new Map(list.map(scopeOf).map((scope) => [scope.key, scope])).values()];
};

/** Locks over a bus, of one tenant. `INVALID_INPUT` */
export const createLocks = (bus: Bus, options: LocksOptions): Locks => new Locks(bus, options);
