import { loadValues, storeLarge } from '@waggle/bus';
import { bucketStream, MEMORY_KEY, memoryKeys, subjects, WaggleError, type MemoryEntry } from '@waggle/protocol';
import type { Desk } from './desk.js';
import { MemoryConflict, type ConflictSides, type Version } from './memory-conflict.js';
import { watchMemory, type MemoryChange, type WatchMemoryOptions } from './memory-watch.js';
import type { Reading } from './watched-keys.js';

export interface WriteOptions {
  /** Write only over this version; 0: only where nothing stands. Left out: over whatever stands there. */
  expect?: number;
  /** Seconds until it goes by itself. */
  ttl?: number;
  /** The token of the lock it is written under (`lock.token`): `LOCK_FENCED` once a newer holder has written. */
  fence?: number;
}

type Refused = { refused: Pick<ConflictSides, 'expected' | 'current'> };
type Answer = { version: number } | Refused;

/** A key with the version that stands there. */
export interface KeyVersion<T = unknown> extends Version<T> {
  key: string;
}

/**
 * What the agents of a session share: JSON by key. A version never falls, also when a key is deleted and made again.
 * Reads go straight to the broker; writes are asked of the service that validates them, and each counts once however
 * often it had to be sent.
 */
export class Memory {
  constructor(
    private readonly desk: Desk,
    readonly session: string,
  ) {}

  /** What stands there, as the nearest replica of the broker has it; undefined: nothing. Large values are fetched. */
  async get<T = unknown>(key: string): Promise<Version<T> | undefined> {
    return (await this.reading<T>(key)).found;
  }

  /** Writes and gives the new version. `MemoryConflict` when another version than expected stands there. */
  async set(key: string, value: unknown, options: WriteOptions = {}): Promise<number> {
    const { bus, tenant } = this.desk;
    const sent = await storeLarge(bus, tenant, value);
    return this.written(await this.desk.writeKey<Answer>('set', { session: this.session, key: requireKey(key), value: sent, ...options }), {
      key,
      value,
    });
  }

  /**
   * Merges a JSON Merge Patch (RFC 7396: objects merge, `null` removes) into what stands there, whoever wrote meanwhile;
   * with `expect` only into that version.
   */
  async merge(key: string, patch: unknown, options: WriteOptions = {}): Promise<number> {
    return this.written(await this.desk.writeKey<Answer>('merge', { session: this.session, key: requireKey(key), patch, ...options }), {
      key,
      value: patch,
    });
  }

  /** Its history stays. */
  async delete(key: string, options: Pick<WriteOptions, 'expect' | 'fence'> = {}): Promise<number> {
    return this.written(await this.desk.writeKey<Answer>('delete', { session: this.session, key: requireKey(key), ...options }), { key });
  }

  /** Its versions, the newest first; at most 64 are kept. Large values are fetched. */
  async history<T = unknown>(key: string, limit = 20): Promise<Version<T>[]> {
    const question = { session: this.session, key: requireKey(key) };
    const versions: Version[] = [];
    for (let more = true; more;) {
      const before = versions.at(-1)?.version;
      const page = { ...question, limit: limit - versions.length, ...(before !== undefined && { before }) };
      const found = await this.desk.read<{ versions: Version[]; more: boolean }>('history', page);
      versions.push(...found.versions);
      more = found.more;
    }
    return Promise.all(versions.map((version) => this.whole<T>(version)));
  }

  /**
   * Everything that was acknowledged before the call, your own writes and everybody's, whatever replica of the broker is
   * behind: one key, or all of the session.
   */
  async forceSync(key?: string): Promise<KeyVersion[]> {
    const keys = await this.keys(key === undefined ? {} : { key: requireKey(key) });
    return Promise.all(keys.map(async (each) => ({ key: each.key, ...(await this.whole(each)) })));
  }

  /** Changes of a key, or of all under `prefix.>`, until the signal aborts. A slow reader misses versions, never the last. */
  watch<T = unknown>(pattern: string, options: WatchMemoryOptions = {}): AsyncIterable<MemoryChange<T>> {
    const { bus, tenant } = this.desk;
    const feed = memoryKeys.memory(tenant, this.session, pattern);
    const read = (key: string): Promise<Reading<T>> => this.reading<T>(key);
    const prove = async (key: string): Promise<Version<T> | undefined> => {
      const [found] = await this.keys({ key });
      return found && this.whole<T>({ version: found.version, ...pick(found) });
    };
    return watchMemory<T>({ bus, feed, read, prove, all: () => this.keys() }, pattern, options);
  }

  private async reading<T>(key: string): Promise<Reading<T>> {
    const { bus, tenant } = this.desk;
    const subject = subjects.kvKey('MEMORY', memoryKeys.memory(tenant, this.session, requireKey(key)));
    const stored = await bus.last(bucketStream('MEMORY'), subject);
    if (stored === undefined) return { revision: 0, deleted: false };
    const [revision, deleted] = [stored.sequence, stored.header('KV-Operation') !== undefined];
    if (deleted) return { revision, deleted };
    const entry = stored.json<MemoryEntry>();
    const lease = entry.lease && memoryKeys.lease(tenant, this.session, entry.lease);
    if (lease !== undefined && !(await bus.bucket('MEMORY').get(lease))) return { revision, deleted };
    return { revision, deleted, found: await this.whole<T>({ version: revision, ...pick(entry) }) };
  }

  private async keys(of: { key?: string } = {}): Promise<KeyVersion[]> {
    const keys: KeyVersion[] = [];
    for (let more = true; more;) {
      const after = keys.at(-1)?.key;
      const question = { session: this.session, ...of, ...(after !== undefined && { after }) };
      const page = await this.desk.read<{ keys: KeyVersion[]; more: boolean }>('keys', question);
      keys.push(...page.keys);
      more = page.more;
    }
    return keys;
  }

  private async whole<T>(version: Version): Promise<Version<T>> {
    const { value } = version;
    if (value === undefined) return version as Version<T>;
    return { ...version, value: (await loadValues(this.desk.bus, this.desk.tenant, value)) as T };
  }

  private written(answer: Answer, { key, value }: { key: string; value?: unknown }): number {
    if ('version' in answer) return answer.version;
    throw new MemoryConflict({ key, ...answer.refused, yours: { ...(value !== undefined && { value }), by: this.desk.bus.me } });
  }
}

const pick = ({ value, by, at, write }: Omit<Version, 'version'>): Omit<Version, 'version'> => ({ value, by, at, write });

const requireKey = (key: string): string => {
  if (MEMORY_KEY.test(key)) return key;
  throw new WaggleError('INVALID_MESSAGE', `"${key}" is not a key: one to eight names of A-Z, a-z, 0-9, _ and -, joined by dots.`, {
    path: 'key',
  });
};
