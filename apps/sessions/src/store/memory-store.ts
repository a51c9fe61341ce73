import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { InTurn, loadValues, tailFromLeader, type Bus, type StoredMessage } from '@waggle/bus';
import { isValueRef, memoryKeys, subjects, WaggleError, type MemoryEntry } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import { following, madeBy, type Version, type Written } from '../domain/versions.js';
import { DELETED, isDeleted, storedValue } from './stored-value.js';

/** Bytes of a value that stands in the bucket itself, which keeps many versions of it. */
const INLINE = 16 * 1024;
/** Lost races at one key; each means that another replica made progress. */
const ROUNDS = 100;

export interface Address {
  tenant: string;
  session: string;
  key: string;
}

/** What is to be written over a version, or nothing when it is refused. */
export type Decide<R> = (current: Version) => Promise<{ write: Omit<Written, 'at' | 'lease'> } | { refused: R }>;

export type WriteResult<R> = { version: number; repeated: boolean } | { refused: R };

/** The versions of keys of shared memory, each written over the very one that it follows. */
@Injectable()
export class MemoryStore {
  private readonly turns = new InTurn();

  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** As the leader has it. */
  async current(address: Address): Promise<Version> {
    return this.versionOf(address, await storedValue(this.bus, 'MEMORY', keyOf(address)));
  }

  /** What a stored message means now: one whose lease has run out stands no longer. */
  async versionOf({ tenant, session }: Pick<Address, 'tenant' | 'session'>, message: StoredMessage | undefined): Promise<Version> {
    if (message === undefined) return { revision: 0, version: 0 };
    const entry = message.json<MemoryEntry>();
    const revision = message.sequence;
    if (isDeleted(message)) return { revision, version: 0, entry };
    const lease = entry.lease && memoryKeys.lease(tenant, session, entry.lease);
    const gone = lease !== undefined && !(await this.bus.bucket('MEMORY').get(lease, { from: 'leader' }));
    return { revision, version: gone ? 0 : revision, entry };
  }

  /**
   * Writes what `decide` makes of the current version; asked again with the same `request`, it answers what the first
   * time made. `decide` may be called again when others were faster; `OVERLOADED` when they always are.
   */
  write<R>(address: Address, request: string, decide: Decide<R>): Promise<WriteResult<R>> {
    const key = keyOf(address);
    return this.turns.run(key, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const current = await this.current(address);
        const made = madeBy(request, current);
        if (made !== undefined) return { version: made, repeated: true };
        const decided = await decide(current);
        if ('refused' in decided) return decided;
        const { write } = decided;
        if (write.ttl !== undefined) await this.lease(address, request, write.ttl);
        const at = new Date().toISOString();
        const entry = following(current, { ...write, at, ...(write.ttl !== undefined && { lease: request }) });
        const stored = await this.bus.publish(subjects.kvKey('MEMORY', key), JSON.stringify(entry), {
          expect: current.revision,
          ...(write.write === 'delete' && { headers: DELETED }),
        });
        if (stored.status === 'stored') return { version: stored.sequence, repeated: false };
        await sleep(Math.random() * Math.min(50, round * 2));
      }
      throw new WaggleError('OVERLOADED', `too many write to ${address.key}`);
    });
  }

  /** The last version of every key. A replica that lags has a prefix of the stream: what it cannot know yet is asked of the leader. */
  async all(tenant: string, session: string): Promise<Map<string, Version>> {
    const filter = subjects.kvKey('MEMORY', memoryKeys.memory(tenant, session, '>'));
    const prefix = filter.slice(0, -1);
    const listed = await this.bus.read('KV_MEMORY', filter, { lastPerSubject: true });
    const latest = new Map<string, StoredMessage>(listed.map((message) => [message.subject.slice(prefix.length), message]));
    const after = listed.reduce((highest, { sequence }) => Math.max(highest, sequence), 0);
    const newer = new Set(
      (await tailFromLeader(this.bus, 'KV_MEMORY', { after, filter })).map(({ subject }) => subject.slice(prefix.length)),
    );
    const versions = new Map<string, Version>();
    for (const key of new Set([...latest.keys(), ...newer])) {
      const where = { tenant, session, key };
      versions.set(key, newer.has(key) ? await this.current(where) : await this.versionOf(where, latest.get(key)));
    }
    return versions;
  }

  /** The value itself, whatever it refers to. `BLOB_MISSING`, `BLOB_CORRUPT`, `MESSAGE_TOO_LARGE`. */
  load(tenant: string, value: unknown): Promise<unknown> {
    return loadValues(this.bus, tenant, value);
  }

  /** The value, or a reference to it where it is large: the same content is stored once, whoever wrote it. */
  async keep(tenant: string, value: unknown): Promise<unknown> {
    const bytes = Buffer.from(JSON.stringify(value));
    return bytes.length <= INLINE ? value : { $blob: await this.bus.blobs.put(tenant, bytes, 'application/json') };
  }

  /** What a value refers to, one level deep: what that refers to in turn stays a reference. */
  async opened<T>(tenant: string, value: unknown): Promise<T> {
    if (!isValueRef(value)) return value as T;
    return JSON.parse(Buffer.from(await this.bus.blobs.get(tenant, value.$blob)).toString('utf8')) as T;
  }

  /** The broker takes the lease away in time, also with every service stopped. */
  private async lease({ tenant, session }: Address, lease: string, ttl: number): Promise<void> {
    const subject = subjects.kvKey('MEMORY', memoryKeys.lease(tenant, session, lease));
    await this.bus.publish(subject, '{}', { headers: { 'Nats-TTL': `${ttl}s` } });
  }
}

const keyOf = ({ tenant, session, key }: Address): string => memoryKeys.memory(tenant, session, key);
