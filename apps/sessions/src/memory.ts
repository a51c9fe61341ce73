import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import { memoryKeys, subjects, type MemoryEntry, type Problem } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import type { Asker } from './asker.js';
import { mergePatch } from './domain/merge-patch.js';
import { refusal, seen, type Refusal, type SeenVersion } from './domain/refusal.js';
import { fitting } from './domain/fitting.js';
import { problemsOfState, requireValid } from './domain/state-keys.js';
import { fenceAfter, requireNewest } from './domain/fence.js';
import type { Version } from './domain/versions.js';
import { endpoint, type Part } from './part.js';
import {
  readDelete,
  readHistory,
  readKeys,
  readMerge,
  readSet,
  type ReadHistory,
  type ReadKeys,
  type WriteKey,
} from './questions/memory-questions.js';
import { readSession } from './questions/session-questions.js';
import { Sessions } from './sessions.js';
import { MemoryStore, type Decide } from './store/memory-store.js';

const HISTORY_DEFAULT = 20;

/** A value as it would stand there, given what stands there now. */
type Make = (current: Version) => Promise<unknown>;

export interface KeySeen extends SeenVersion {
  key: string;
}

/** Shared memory: who may write what over which version. */
@Injectable()
export class Memory implements Part {
  readonly endpoints = {
    set: endpoint(readSet, (q, asker) =>
      this.put(q, asker, { write: 'set', ttl: q.ttl, make: () => this.store.load(asker.tenant, q.value) }),
    ),
    merge: endpoint(readMerge, (q, asker) =>
      this.put(q, asker, { write: 'merge', ttl: q.ttl, make: async (current) => mergePatch(await this.valueOf(asker, current), q.patch) }),
    ),
    delete: endpoint(readDelete, (q, asker) => this.put(q, asker, { write: 'delete' })),
    history: endpoint(readHistory, (q, asker) => this.history(asker.tenant, q)),
    keys: endpoint(readKeys, (q, asker) => this.keys(asker.tenant, q)),
    validate: endpoint(readSession, (q, asker) => this.validate(asker.tenant, q.session)),
  };

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly store: MemoryStore,
    private readonly sessions: Sessions,
  ) {}

  private async put(
    { session, key, request: given, expect, fence }: WriteKey,
    asker: Asker,
    { write, ttl, make }: Pick<MemoryEntry, 'write' | 'ttl'> & { make?: Make },
  ): Promise<object> {
    const { tenant, name } = asker;
    // of this asker: others could take the id of a question that is still to come, or end the lease of a value
    const request = `${name}=${given}`;
    // read beside the key's own version: both are needed, and one is as far away as the other
    const allowed = this.sessions.writable(asker, session, key);
    allowed.catch(() => undefined);
    const decide: Decide<Refusal> = async (current) => {
      const { keys } = await allowed;
      requireNewest(fence, current);
      if (expect !== undefined && expect !== current.version) return { refused: refusal({ expected: expect, current, by: name }) };
      const written = { write, by: name, request, ...(ttl !== undefined && { ttl }), ...fenceAfter(fence, current) };
      if (make === undefined) return { write: written };
      const value = await make(current);
      requireValid(keys, key, value);
      return { write: { ...written, value: await this.store.keep(tenant, value) } };
    };
    return this.store.write({ tenant, session, key }, request, decide);
  }

  private async valueOf({ tenant }: Asker, { version, entry }: Version): Promise<unknown> {
    return version === 0 ? undefined : this.store.load(tenant, entry?.value);
  }

  /** The newest first, as many as fit; `more`: ask again for those before the last. */
  private async history(tenant: string, { session, key, limit = HISTORY_DEFAULT, before }: ReadHistory): Promise<object> {
    const subject = subjects.kvKey('MEMORY', memoryKeys.memory(tenant, session, key));
    const found = await this.bus.read('KV_MEMORY', subject);
    const wanted = found.filter(({ sequence }) => before === undefined || sequence < before).reverse();
    const versions = wanted.slice(0, limit).map((message): SeenVersion => {
      const { value, by, at, write } = message.json<MemoryEntry>();
      return { version: message.sequence, value, by, at, write };
    });
    const page = fitting(versions);
    return { versions: page, more: page.length < versions.length };
  }

  /** What stands there as everybody's last acknowledged write left it, whatever replica answers a read; `more`: ask again for those after the last. */
  private async keys(tenant: string, { session, key, after = '' }: ReadKeys): Promise<{ keys: KeySeen[]; more: boolean }> {
    if (key !== undefined) {
      const only = { key, ...seen(await this.store.current({ tenant, session, key })) };
      return { keys: only.version > 0 ? [only] : [], more: false };
    }
    const keys: KeySeen[] = [];
    for (const [name, version] of await this.store.all(tenant, session)) {
      if (version.version > 0 && name > after) keys.push({ key: name, ...seen(version) });
    }
    const page = fitting(keys.sort((a, b) => (a.key < b.key ? -1 : 1)));
    return { keys: page, more: page.length < keys.length };
  }

  /** What stands there already and does not fit what was declared since. */
  private async validate(tenant: string, session: string): Promise<{ wrong: Problem[] }> {
    const { keys } = await this.sessions.require(tenant, session);
    const state = new Map<string, unknown>();
    for (const [key, version] of await this.store.all(tenant, session)) {
      if (version.version > 0) state.set(key, await this.store.load(tenant, version.entry?.value));
    }
    return { wrong: problemsOfState(keys, state) };
  }
}
