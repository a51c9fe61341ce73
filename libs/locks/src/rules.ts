import { decode, type Entry } from './record.js';

/**
 * The whole of the locking, pure: who is in, who holds, who goes. Exclusive, shared and counted locks are one rule,
 * "as many hold as each of the holders allows": exclusive allows 1, a semaphore N, shared any number.
 */
export interface Rules {
  /** Who stands in a stored text; in a tombstone, nobody. `INVALID_MESSAGE` */
  read(text: string): Entry[];
  /** Fills in what a write left out: the time it was stored (where it is known), and its sequence as the token of who came to hold by it. */
  settle(entries: readonly Entry[], stored: { sequence: number; time?: number }): Entry[];
  /** Without those whose lease has ended. The very same list when nobody's has. */
  expire(entries: readonly Entry[], now: number): readonly Entry[];
  /** Lets in whoever may hold, in turn. The very same list when nobody may. */
  grant(entries: readonly Entry[]): readonly Entry[];
  /** Adds one at the end; known already: the very same list. */
  join(entries: readonly Entry[], entry: Entry, waitLease: number): readonly Entry[];
  /** Starts the lease of one anew; not there: the very same list. */
  renew(entries: readonly Entry[], id: string, lease: number): readonly Entry[];
  /** Without these; none there: the very same list. */
  remove(entries: readonly Entry[], ids: ReadonlySet<string>): readonly Entry[];
  /** Whether one of ours has come to hold or is gone; a holder also looks at who waits, so that its release needs no second try. */
  concerns(entries: readonly Entry[], ours: Iterable<{ id: string; held: boolean }>): boolean;
}

/** By priority, else in order of arrival. */
export const inTurn = (entries: readonly Entry[]): Entry[] => entries.filter(({ held }) => !held).sort((a, b) => b.priority - a.priority);

const allIn = (entries: readonly Entry[]): Entry[] => {
  let [count, limit] = [0, Infinity];
  for (const { held, permits } of entries) {
    if (!held) continue;
    count++;
    limit = Math.min(limit, permits);
  }
  const granted: Entry[] = [];
  for (const next of inTurn(entries)) {
    limit = Math.min(limit, next.permits);
    // who is next blocks those behind, or many readers would keep a writer out for ever
    if (count >= limit) break;
    granted.push(next);
    count++;
  }
  return granted.length === 0 ? [] : entries.map((entry) => (granted.includes(entry) ? { ...entry, held: true, since: undefined } : entry));
};

/** Nothing in a message came to be after it was stored: whoever says so would hold for ever. */
const past = (said: number | undefined, stored: number | undefined): number | undefined =>
  said === undefined || stored === undefined ? (said ?? stored) : Math.min(said, stored);

export const RULES: Rules = {
  read: (text) => (text === '' ? [] : decode(text).entries),

  settle: (entries, { sequence, time }) =>
    entries.map((entry) => {
      const { id, holder, permits, priority, lease, held, metadata } = entry;
      const token = held ? (entry.token ?? sequence) : undefined;
      const [at, since] = [past(entry.at, time), past(entry.since, time)];
      return { id, holder, permits, priority, lease, held, at, since, token, metadata };
    }),

  expire: (entries, now) => {
    const alive = ({ at, lease }: Entry): boolean => at === undefined || at + lease * 1_000 > now;
    return entries.every(alive) ? entries : entries.filter(alive);
  },

  grant: (entries) => {
    if (entries.every(({ held }) => held)) return entries;
    const granted = allIn(entries);
    return granted.length === 0 ? entries : granted;
  },

  join: (entries, entry, waitLease) => {
    if (entries.some(({ id }) => id === entry.id)) return entries;
    const granted = RULES.grant([...entries, entry]);
    // who only waits shows more often that it lives: a dead one is passed over soon
    return granted.at(-1)!.held ? granted : [...granted.slice(0, -1), { ...entry, lease: Math.min(entry.lease, waitLease) }];
  },

  renew: (entries, id, lease) => {
    if (!entries.some((entry) => entry.id === id)) return entries;
    return entries.map((entry) => (entry.id === id ? { ...entry, lease, at: undefined } : entry));
  },

  remove: (entries, ids) => {
    const left = entries.filter(({ id }) => !ids.has(id));
    return left.length === entries.length ? entries : left;
  },

  concerns: (entries, ours) => {
    const held = new Map(entries.map((entry) => [entry.id, entry.held]));
    return [...ours].some((each) => each.held || held.get(each.id) !== false);
  },
};
