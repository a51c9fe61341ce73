import { isToken, memoryKeys, WaggleError, type SyncPoint as State } from '@waggle/protocol';
import type { Desk } from './desk.js';
import { Wakes } from './wakes.js';

export interface PointOptions {
  /** How many must arrive, or which agents. */
  expect: number | string[];
  /** Milliseconds from now until it ends without those who are missing. */
  timeout: number;
}

export interface ArriveOptions {
  /** Tells several of the same agent apart, e.g. by their task: each counts once, however often it comes. */
  as?: string;
  /** A few words for the others, at most 1 KiB of JSON. */
  data?: unknown;
}

const LOOK_AGAIN = 2_000;

/** How a point stands. */
export type PointState = State;

/** A point of a session that several must reach before any goes on. It survives every process; the broker keeps its time. */
export class SyncPoint {
  constructor(
    private readonly desk: Desk,
    private readonly session: string,
    readonly name: string,
    private readonly as?: string,
  ) {
    if (!isToken(name)) throw new WaggleError('INVALID_MESSAGE', 'sync point must be 1 to 64 of A-Z, a-z, 0-9, _ and -.', { path: 'name' });
  }

  /** Made again in the same way, it is the one that is there; in another way: `NAME_TAKEN`. */
  async create(options: PointOptions): Promise<PointState> {
    return (await this.desk.write<{ point: PointState }>('point', { ...this.place, ...options })).point;
  }

  /** Counts once. `SYNC_UNKNOWN`, `SYNC_TIMED_OUT`. */
  async arrive(options: ArriveOptions = {}): Promise<PointState> {
    const as = options.as ?? this.as;
    return (await this.desk.write<{ point: PointState }>('arrive', { ...this.place, ...options, ...(as !== undefined && { as }) })).point;
  }

  /** How it stands; undefined: there is none. */
  async state(): Promise<PointState | undefined> {
    const { bus, tenant } = this.desk;
    const found = await bus.bucket('SESSIONS').get(memoryKeys.sync(tenant, this.session, this.name));
    return found?.json<PointState>();
  }

  /** Resolves when everybody has arrived. `SYNC_TIMED_OUT` names who did not; `SYNC_UNKNOWN`. */
  async await({ signal }: { signal?: AbortSignal } = {}): Promise<PointState> {
    const { bus, tenant } = this.desk;
    const key = memoryKeys.sync(tenant, this.session, this.name);
    const wakes = await Wakes.on(bus, (wake) => bus.bucket('SESSIONS').watch(key, wake), { signal });
    let seen = -1;
    try {
      for (;;) {
        signal?.throwIfAborted();
        // a replica that lags behind may not know of it yet
        const state = (await this.state()) ?? (await this.proven());
        if (state === undefined)
          throw new WaggleError('SYNC_UNKNOWN', `There is no sync point ${this.name} in ${this.session}.`, { path: 'name' });
        if (state.state === 'complete') return state;
        if (state.state === 'timed-out')
          throw new WaggleError('SYNC_TIMED_OUT', `${this.name} ended without ${missing(state)}.`, { path: 'name' });
        const here = Object.keys(state.arrived).length;
        await wakes.next(LOOK_AGAIN, here === seen);
        seen = here;
      }
    } finally {
      await wakes.stop();
    }
  }

  /** Arrives, and waits for the others. */
  async reach(options: ArriveOptions & { signal?: AbortSignal } = {}): Promise<PointState> {
    const { signal, ...arrive } = options;
    const state = await this.arrive(arrive);
    return state.state === 'complete' ? state : this.await({ signal });
  }

  /** As everybody's last acknowledged write left it. */
  private async proven(): Promise<PointState | undefined> {
    const { points } = await this.desk.read<{ points: (PointState & { name: string })[] }>('points', { session: this.session });
    return points.find(({ name }) => name === this.name);
  }

  private get place(): { session: string; name: string } {
    return { session: this.session, name: this.name };
  }
}

const missing = ({ expect, arrived }: PointState): string => {
  const there = Object.keys(arrived);
  if (typeof expect === 'number') return `${expect - there.length} of ${expect}`;
  return expect.filter((agent) => !there.some((who) => who.split('/', 1)[0] === agent)).join(', ');
};
