import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import { codeOf, isValueRef, memoryKeys, type Checkpoint } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { Documents } from './documents.js';
import { MemoryStore } from './memory-store.js';

/** Blobs are kept for a time only: what a session still refers to is stored again before. */
@Injectable()
export class References {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly store: MemoryStore,
    private readonly documents: Documents,
    private readonly log: Log,
  ) {}

  /** Of the versions that stand, and of checkpoints; older versions keep theirs for two weeks. */
  async renew(tenant: string, session: string): Promise<void> {
    for (const { entry } of (await this.store.all(tenant, session)).values()) await this.again(tenant, entry?.value);
    for (const { state } of await this.documents.list<Checkpoint>(memoryKeys.checkpoint(tenant, session, '*'))) {
      const { entries } = state;
      await this.again(tenant, entries);
      for (const { value } of Object.values(await this.store.opened<Record<string, { value: unknown }>>(tenant, entries)))
        await this.again(tenant, value);
    }
  }

  private async again(tenant: string, value: unknown): Promise<void> {
    if (!isValueRef(value)) return;
    try {
      await this.bus.blobs.put(tenant, await this.bus.blobs.get(tenant, value.$blob), value.$blob.type);
    } catch (error) {
      if (codeOf(error) !== 'BLOB_MISSING') throw error;
      this.log.warn('a large value is gone', { tenant, sha256: value.$blob.sha256 });
    }
  }
}
