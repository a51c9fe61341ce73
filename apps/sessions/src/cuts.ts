import { Inject, Injectable } from '@nestjs/common';
import { tailFromLeader, type Bus } from '@waggle/bus';
import { memoryKeys, subjects, WaggleError, type Checkpoint, type SessionState } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import type { Version } from './domain/versions.js';
import { Documents } from './store/documents.js';
import { MemoryStore } from './store/memory-store.js';

/** What stood under a key. */
export interface CutEntry {
  version: number;
  value: unknown;
}

export interface CutPlace {
  tenant: string;
  session: string;
  name: string;
  request: string;
  by: string;
  flowId?: string;
}

/** Cuts through a session's memory: everything up to one sequence of the bucket, and nothing after it. */
@Injectable()
export class Cuts {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly store: MemoryStore,
    private readonly documents: Documents,
  ) {}

  /** Made again by the same question, it is the one that is there; by another: `NAME_TAKEN`. */
  async make({ tenant, session, name, request, by, flowId }: CutPlace, state: SessionState): Promise<Checkpoint> {
    const key = memoryKeys.checkpoint(tenant, session, name);
    const known = await this.documents.read<Checkpoint>(key);
    if (known !== undefined) return requireSame(known, { name, request });
    // in this order: what is done after the effects were counted counts as done after the cut
    const { lastSequence } = await this.bus.figures('KV_MEMORY');
    const entries = await this.at(tenant, session, lastSequence);
    const checkpoint: Checkpoint = {
      request,
      by,
      at: new Date().toISOString(),
      sequence: lastSequence,
      entries: await this.store.keep(tenant, entries),
      keys: Object.keys(entries).length,
      effects: state.effects.length,
      ...(flowId !== undefined && { flow: { flowId, sequence: await this.positionOf(tenant, flowId) } }),
    };
    return this.documents.update<Checkpoint, Checkpoint>(key, (there) =>
      there === undefined ? { state: checkpoint, answer: checkpoint } : { answer: requireSame(there, { name, request }) },
    );
  }

  /** `CHECKPOINT_UNKNOWN` */
  async require({ tenant, session, name }: Pick<CutPlace, 'tenant' | 'session' | 'name'>): Promise<Checkpoint> {
    const found = await this.documents.read<Checkpoint>(memoryKeys.checkpoint(tenant, session, name));
    if (found === undefined) throw new WaggleError('CHECKPOINT_UNKNOWN', `There is no checkpoint ${name} of ${session}.`, { path: 'to' });
    return found;
  }

  entriesOf(tenant: string, { entries }: Checkpoint): Promise<Record<string, CutEntry>> {
    return this.store.opened(tenant, entries);
  }

  /** The sequence of a flow's last log entry; 0: there is none. */
  async positionOf(tenant: string, flowId: string): Promise<number> {
    return (await this.bus.last('FLOW', subjects.flow(tenant, flowId)))?.sequence ?? 0;
  }

  private async at(tenant: string, session: string, sequence: number): Promise<Record<string, CutEntry>> {
    const entries = new Map<string, CutEntry>();
    for (const [key, latest] of await this.store.all(tenant, session)) {
      const version = latest.revision <= sequence ? latest : await this.before({ tenant, session, key }, sequence);
      if (version.version > 0) entries.set(key, { version: version.version, value: version.entry?.value });
    }
    return Object.fromEntries(entries);
  }

  /** What stood there when the cut was made, of a key that was written since. */
  private async before(where: { tenant: string; session: string; key: string }, sequence: number): Promise<Version> {
    const subject = subjects.kvKey('MEMORY', memoryKeys.memory(where.tenant, where.session, where.key));
    const known = await this.bus.read('KV_MEMORY', subject);
    // a replica that lags has the beginning of the stream
    const tail = await tailFromLeader(this.bus, 'KV_MEMORY', { after: known.at(-1)?.sequence ?? 0, filter: subject });
    const versions = [...known, ...tail].filter((message) => message.sequence <= sequence);
    return this.store.versionOf(where, versions.at(-1));
  }
}

const requireSame = (known: Checkpoint, { name, request }: { name: string; request: string }): Checkpoint => {
  if (known.request === request) return known;
  throw new WaggleError('NAME_TAKEN', `There is a checkpoint ${name} already.`, { path: 'name' });
};
