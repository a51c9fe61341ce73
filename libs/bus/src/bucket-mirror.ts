import type { BucketName } from '@waggle/protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bucket, BucketEvent, BucketValue, Bus, PublishResult, Subscription } from './port.js';

export interface MirrorOptions<T> {
  /** Keys that are mirrored; default: all. */
  pattern?: string;
  /** What is kept of an entry; undefined: nothing. One that it throws on is as good as none. */
  read: (entry: BucketValue) => T | undefined;
  /** Told after every change. */
  changed?: () => void;
  log: { warn(message: string, fields: Record<string, unknown>): void };
}

interface Known<T> {
  readonly revision: number;
  /** Undefined: deleted, or nothing that is kept. */
  readonly value: T | undefined;
}

/** A leader that was just deposed may not know yet what was heard: it is read again so many milliseconds later each. */
const BEHIND = [50, 250, 1_000];
const FIRST_DELAY = 100;
const MAX_DELAY = 5_000;

/**
 * What stands in a bucket as this process knows it: heard on its feed, and read whole at the beginning and after each
 * break, for feeds are at most once. By revision: what comes late (a reading, an answer, an echo) never takes the place of
 * anything newer, a deletion neither. No larger than its bucket. For core services that may read all of it, also from
 * its leader (`readsLeader`), and for buckets whose keys go by being deleted alone. What it shows may be a moment old.
 */
export class BucketMirror<T> {
  private readonly bucket: Bucket;
  private readonly pattern: string;
  private readonly known = new Map<string, Known<T>>();
  /** Keys that were heard of since the last reading began. */
  private heard = new Set<string>();
  private stale = true;
  private reading = false;
  private stopped = false;
  private watching?: Subscription;
  private stopHealth?: () => void;

  constructor(
    private readonly bus: Bus,
    private readonly name: BucketName,
    private readonly options: MirrorOptions<T>,
  ) {
    this.bucket = bus.bucket(name);
    this.pattern = options.pattern ?? '>';
  }

  /** Resolves when all that stands there is known. Rejects when it cannot be read; later breaks are mended by themselves. */
  async start(): Promise<void> {
    this.watching = await this.bucket.watch(this.pattern, (event) => this.hear(event));
    let { ready } = this.bus.health;
    this.stopHealth = this.bus.onHealth((health) => {
      if (health.ready && !ready) this.missed();
      ready = health.ready;
    });
    try {
      await this.catchUp((error) => {
        throw error;
      });
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.stopHealth?.();
    await this.watching?.stop();
  }

  get(key: string): T | undefined {
    return this.known.get(key)?.value;
  }

  *keys(): IterableIterator<string> {
    for (const [key, { value }] of this.known) if (value !== undefined) yield key;
  }

  /** What stands under a key now, by the bucket's leader. */
  async refresh(key: string): Promise<T | undefined> {
    const before = this.known.get(key);
    const entry = await this.bucket.get(key, { from: 'leader' });
    if (entry) this.hear({ ...entry, deleted: false });
    // what was heard meanwhile is newer than the answer
    else if (before && this.known.get(key) === before) this.keep(key, { revision: before.revision, value: undefined });
    return this.get(key);
  }

  /** Writes, and knows it at once. */
  async put(key: string, text: string): Promise<void> {
    this.wrote(key, text, await this.bucket.put(key, text));
  }

  /** As `put`. */
  async delete(key: string): Promise<void> {
    this.wrote(key, undefined, await this.bucket.delete(key));
  }

  private wrote(key: string, text: string | undefined, result: PublishResult): void {
    if (result.status !== 'stored') return;
    const value = Buffer.from(text ?? '');
    const content = { value, text: () => text ?? '', json: <J>() => JSON.parse(text ?? '') as J };
    this.hear({ key, revision: result.sequence, deleted: text === undefined, ...content });
  }

  private hear(event: BucketEvent): void {
    this.heard.add(event.key);
    this.note(event);
  }

  private note(event: BucketEvent): void {
    const { key, revision } = event;
    if (revision > (this.known.get(key)?.revision ?? 0)) this.keep(key, { revision, value: this.valueOf(event) });
  }

  private valueOf(event: BucketEvent): T | undefined {
    if (event.deleted) return undefined;
    try {
      return this.options.read(event);
    } catch (error) {
      this.options.log.warn('an entry of a bucket cannot be read', { bucket: this.name, key: event.key, error });
      return undefined;
    }
  }

  private keep(key: string, known: Known<T>): void {
    this.known.set(key, known);
    this.options.changed?.();
  }

  /** Something may not have been heard. */
  private missed(): void {
    this.stale = true;
    void this.catchUp((error) => this.options.log.warn('a bucket could not be read again', { bucket: this.name, error }));
  }

  /** Reads until nothing was missed meanwhile: one at a time, and however often it fails, with growing delays. */
  private async catchUp(failed: (error: unknown) => void): Promise<void> {
    if (this.reading) return;
    this.reading = true;
    try {
      for (let delay = FIRST_DELAY; this.stale && !this.stopped; delay = Math.min(MAX_DELAY, delay * 2)) {
        this.stale = false;
        try {
          await this.load();
        } catch (error) {
          if (this.stopped) return;
          this.stale = true;
          failed(error);
          await sleep(delay, undefined, { ref: false });
        }
      }
    } finally {
      this.reading = false;
    }
  }

  private async load(): Promise<void> {
    for (const lag of [...BEHIND, undefined]) {
      const heard = (this.heard = new Set());
      const writes = new Map((await this.bucket.writes(this.pattern)).map((write) => [write.key, write]));
      for (const write of writes.values()) this.note(write);
      const wrong = [...this.known].filter(([key, { revision }]) => !heard.has(key) && (writes.get(key)?.revision ?? 0) < revision);
      if (wrong.length === 0) return;
      if (lag !== undefined) await sleep(lag, undefined, { ref: false });
      // the bucket was put back or made anew, or a feed told what was never stored: what the broker says stands
      else for (const [key] of wrong) this.correct(key, writes.get(key));
    }
  }

  private correct(key: string, write: BucketEvent | undefined): void {
    this.known.delete(key);
    if (write) this.note(write);
    this.options.changed?.();
  }
}
