import { parseDuration, WaggleError } from '@waggle/protocol';
import { LONGEST_LEASE, UNLIMITED } from './record.js';
import type { LockMode } from './status.js';

/** How a lock is asked for. Durations are milliseconds, or text such as `30s`. */
export interface LockOptions {
  /** The lease: how long it stays held after its holder was last heard. Whole seconds, 1 to a day; default 5 minutes. */
  ttl?: string | number;
  /** How long to wait for it; 0: not at all. Default 30 s. */
  wait?: string | number;
  /** The part of the lease after which it is renewed, 0.1 to 0.9; default 0.8. */
  renewalThreshold?: number;
  /** The higher comes first among those who wait, -1000 to 1000; default 0. Nothing ages: a stream of high ones keeps low ones out. */
  priority?: number;
  /** `exclusive` (default), or `shared` with others who ask for the same. */
  mode?: LockMode;
  /** With `shared`: at most so many at once, so a semaphore; default: any number. */
  permits?: number;
  /** For people who look at the lock: at most 1 KiB as JSON. */
  metadata?: Record<string, unknown>;
  /** Ends the waiting; a lock once held is not affected. */
  signal?: AbortSignal;
}

/** Checked, with defaults; `ttl` in seconds, `wait` in milliseconds. */
export interface LockSettings {
  ttl: number;
  wait: number;
  renewalThreshold: number;
  priority: number;
  permits: number;
  metadata?: Record<string, unknown>;
}

const DEFAULT_TTL = 300_000;
const DEFAULT_WAIT = 30_000;
const LONGEST_METADATA = 1_024;

const refuse = (path: string, message: string): WaggleError => new WaggleError('INVALID_INPUT', message, { path });

const within = (path: string, value: unknown, { from, to, whole = false }: { from: number; to: number; whole?: boolean }): number => {
  if (typeof value === 'number' && value >= from && value <= to && (!whole || Number.isInteger(value))) return value;
  throw refuse(path, `${path} is ${whole ? 'a whole number' : 'a number'} from ${from} to ${to}, not ${String(value)}.`);
};

const duration = (path: string, value: string | number): number => {
  try {
    return parseDuration(value);
  } catch (cause) {
    throw new WaggleError('INVALID_DURATION', `${path}: ${(cause as Error).message}`, { path, cause });
  }
};

const leaseOf = (value: string | number = DEFAULT_TTL): number => {
  const millis = duration('ttl', value);
  // shorter or broken ones the broker ends too early
  if (millis < 1_000 || millis > LONGEST_LEASE * 1_000 || millis % 1_000 !== 0)
    throw refuse('ttl', 'ttl is whole seconds, from 1 second to a day.');
  return millis / 1_000;
};

const permitsOf = ({ mode = 'exclusive', permits }: LockOptions): number => {
  if (mode !== 'exclusive' && mode !== 'shared') throw refuse('mode', `mode is exclusive or shared, not ${String(mode)}.`);
  if (mode === 'exclusive' && permits !== undefined && permits !== 1) throw refuse('permits', 'permits go with mode shared.');
  if (permits !== undefined) return within('permits', permits, { from: 1, to: 256, whole: true });
  return mode === 'exclusive' ? 1 : UNLIMITED;
};

const metadataOf = (metadata: unknown): Record<string, unknown> | undefined => {
  if (metadata === undefined) return undefined;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) throw refuse('metadata', 'metadata is an object.');
  const text = asJson(metadata);
  if (text === undefined || Buffer.byteLength(text) > LONGEST_METADATA)
    throw refuse('metadata', `metadata is at most ${LONGEST_METADATA} bytes of JSON.`);
  return metadata as Record<string, unknown>;
};

const asJson = (value: object): string | undefined => {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
};

/** Throws `INVALID_INPUT` or `INVALID_DURATION`, naming the option. */
export const settingsOf = (options: LockOptions): LockSettings => ({
  ttl: leaseOf(options.ttl),
  wait: duration('wait', options.wait ?? DEFAULT_WAIT),
  renewalThreshold: within('renewalThreshold', options.renewalThreshold ?? 0.8, { from: 0.1, to: 0.9 }),
  priority: within('priority', options.priority ?? 0, { from: -1_000, to: 1_000, whole: true }),
  permits: permitsOf(options),
  metadata: metadataOf(options.metadata),
});
