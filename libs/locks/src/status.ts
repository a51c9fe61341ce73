import { UNLIMITED, type Entry } from './record.js';
import { inTurn } from './rules.js';

export type LockMode = 'exclusive' | 'shared';

/** Somebody who holds a lock, or waits for it. Times are the broker's. */
export interface LockParty {
  id: string;
  holder: string;
  mode: LockMode;
  /** How many may hold it at once with this one; none: any number of the like. */
  permits?: number;
  priority: number;
  /** Since when it holds, or waits. */
  since?: Date;
  /** The end of its lease, unless it is renewed. */
  until?: Date;
  /** The fencing token of a holder. */
  token?: number;
  metadata?: Record<string, unknown>;
}

export interface LockStatus {
  scope: string;
  /** Its place in the bucket, without the tenant. */
  key: string;
  holders: LockParty[];
  /** In the order in which they come to hold. */
  waiters: LockParty[];
}

const date = (millis: number | undefined): Date | undefined => (millis === undefined ? undefined : new Date(millis));

const party = ({ id, holder, permits, priority, lease, at, since, token, metadata }: Entry): LockParty => ({
  id,
  holder,
  mode: permits === 1 ? 'exclusive' : 'shared',
  ...(permits > 1 && permits < UNLIMITED && { permits }),
  priority,
  since: date(since),
  until: date(at === undefined ? undefined : at + lease * 1_000),
  ...(token !== undefined && { token }),
  ...(metadata && { metadata }),
});

export const statusOf = (scope: string, key: string, entries: readonly Entry[]): LockStatus => ({
  scope,
  key,
  holders: entries.filter(({ held }) => held).map(party),
  waiters: inTurn(entries).map(party),
});
