import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { StoreRequest } from '@waggle/flow';
import type { Bus } from '@waggle/bus';
import { codeOf, type BlobRef } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import type { FlowKey } from '../domain/flow-key.js';
import { inParallel } from '../domain/in-parallel.js';

const KEPT_BYTES = 16 * 1024 * 1024;
const LOADED_LIMIT = 8 * 1024 * 1024;
const STORED_KEPT = 2_000;
const WIDTH = 8;

interface Loaded {
  value: unknown;
}

/** Values by reference, as decisions need them: loaded and stored between two tries of a decision. */
@Injectable()
export class Values {
  private readonly loaded = new LRUCache<string, { size: number; held: Loaded }>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ size }) => size + 256,
  });
  private readonly stored = new LRUCache<string, BlobRef>({ max: STORED_KEPT });

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  /** What is known at the moment about the values of one decision; `serve` adds to it. */
  forDecision(key: FlowKey): DecisionValues {
    return new DecisionValues(this, key);
  }

  async load(key: FlowKey, ref: BlobRef): Promise<Loaded> {
    const text = `${key.tenant}/${ref.sha256}`;
    const known = this.loaded.get(text);
    if (known !== undefined) return known.held;
    const held = { value: await this.fetch(key, ref) };
    if (ref.size <= LOADED_LIMIT) this.loaded.set(text, { size: ref.size, held });
    return held;
  }

  async store(key: FlowKey, { sha256, json }: StoreRequest): Promise<BlobRef> {
    const text = `${key.tenant}/${sha256}`;
    const known = this.stored.get(text);
    if (known !== undefined) return known;
    const ref = await this.bus.blobs.put(key.tenant, Buffer.from(json), 'application/json');
    this.stored.set(text, ref);
    return ref;
  }

  /** A value that cannot be had is null: the expression that needs it fails, and says so, instead of the flow standing still. */
  private async fetch(key: FlowKey, ref: BlobRef): Promise<unknown> {
    if (ref.size > LOADED_LIMIT) {
      this.log.warn('a value is too large for an expression', { ...key, sha256: ref.sha256, size: ref.size, limit: LOADED_LIMIT });
      return null;
    }
    try {
      return JSON.parse(Buffer.from(await this.bus.blobs.get(key.tenant, ref)).toString('utf8')) as unknown;
    } catch (error) {
      if (!(error instanceof SyntaxError) && !['BLOB_MISSING', 'BLOB_CORRUPT'].includes(codeOf(error) ?? '')) throw error;
      this.log.warn('a value by reference cannot be read', { ...key, sha256: ref.sha256, error });
      return null;
    }
  }
}

/** Holds what one decision asked for until it is made, whatever the caches drop meanwhile. */
export class DecisionValues {
  private values?: Map<string, Loaded>;
  private refs?: Map<string, BlobRef>;

  constructor(
    private readonly shared: Values,
    private readonly key: FlowKey,
  ) {}

  readonly value = (ref: BlobRef): Loaded | undefined => this.values?.get(ref.sha256);
  readonly stored = (sha256: string): BlobRef | undefined => this.refs?.get(sha256);

  async serve(need: { values: readonly BlobRef[]; store: readonly StoreRequest[] }): Promise<void> {
    const values = (this.values ??= new Map());
    const refs = (this.refs ??= new Map());
    await inParallel(need.values, WIDTH, async (ref) => values.set(ref.sha256, await this.shared.load(this.key, ref)));
    await inParallel(need.store, WIDTH, async (request) => refs.set(request.sha256, await this.shared.store(this.key, request)));
  }
}
