import { WaggleError } from '@waggle/protocol';

/**
 * What stands in the bucket for one scope: everybody who holds it or waits for it, in order of arrival. All times are
 * the broker's. A field that a write sets anew is left out of it: whoever reads fills in the time and the sequence of
 * the message itself (`settle`).
 */
export interface Entry {
  id: string;
  holder: string;
  /** How many may hold it at once, this one included. 1: nobody else; `UNLIMITED`: any number of the like. */
  permits: number;
  priority: number;
  /** Seconds that the entry counts after its owner's last write. */
  lease: number;
  held: boolean;
  /** Of its owner's last write: milliseconds. */
  at?: number;
  /** Since when it waits, or holds. */
  since?: number;
  /** The sequence of the write that made it a holder. */
  token?: number;
  metadata?: Record<string, unknown>;
}

export const UNLIMITED = 1_000_000;

/** More wait in vain anyway, and each write carries them all. */
export const MAX_ENTRIES = 256;

interface Wire extends Partial<Entry> {
  id: string;
  holder: string;
  lease: number;
}

const VERSION = 1;

export const encode = (scope: string, entries: readonly Entry[]): string =>
  JSON.stringify({ v: VERSION, scope, entries: entries.map(lean) });

const lean = ({ id, holder, permits, priority, lease, held, at, since, token, metadata }: Entry): Wire => ({
  id,
  holder,
  lease,
  permits: permits === 1 ? undefined : permits,
  priority: priority === 0 ? undefined : priority,
  held: held || undefined,
  at,
  since,
  token,
  metadata,
});

/** Seconds. */
export const LONGEST_LEASE = 86_400;
const LATEST = 8.64e15;

const whole = (value: unknown, from: number, to: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to;

const optional = (value: unknown, from: number, to: number): boolean => value === undefined || whole(value, from, to);

const isMetadata = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value));

const isWire = (value: unknown): value is Wire => {
  const entry = value as Partial<Wire> | null;
  return (
    typeof entry === 'object' &&
    entry !== null &&
    typeof entry.id === 'string' &&
    typeof entry.holder === 'string' &&
    whole(entry.lease, 1, LONGEST_LEASE) &&
    optional(entry.permits, 1, UNLIMITED) &&
    optional(entry.priority, -1_000, 1_000) &&
    optional(entry.at, 0, LATEST) &&
    optional(entry.since, 0, LATEST) &&
    optional(entry.token, 1, Number.MAX_SAFE_INTEGER) &&
    isMetadata(entry.metadata)
  );
};

/** The name and the entries of a stored record. Whoever may lock may also write nonsense: `INVALID_MESSAGE`. */
export const decode = (text: string): { scope: string; entries: Entry[] } => {
  const whole = parsed(text);
  if (whole.v !== VERSION || !Array.isArray(whole.entries) || !whole.entries.every(isWire))
    throw new WaggleError('INVALID_MESSAGE', 'What is stored for the lock is no record of one; force its release.', { path: 'entries' });
  return {
    scope: typeof whole.scope === 'string' ? whole.scope : '',
    entries: whole.entries.slice(0, MAX_ENTRIES).map((entry) => ({
      ...entry,
      permits: entry.permits ?? 1,
      priority: entry.priority ?? 0,
      held: entry.held === true,
    })),
  };
};

const parsed = (text: string): { v?: unknown; scope?: unknown; entries?: unknown } => {
  try {
    return (JSON.parse(text) ?? {}) as object;
  } catch {
    return {};
  }
};
