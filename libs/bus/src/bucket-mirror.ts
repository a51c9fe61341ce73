import type { BucketName } from '@waggle/protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bucket, BucketEvent, BucketValue, Bus, PublishResult, Subscription } from './port.js';
import { RevisionView, type Known } from './revision-view.js';

export interface MirrorOptions<T> {
  /** Keys that are mirrored; default: all. */
  pattern?: string;
  /** What is kept of an entry; undefined: nothing. One that it throws on is as good as none. */
  read: (entry: BucketValue) => T | undefined;
  /** Told after every change. */
  changed?: () => void;
  log: { warn(message: string, fields: Record<string, unknown>): void };
}

/** A leader that was just deposed may not know yet what was heard: it is read again so many milliseconds later each. */
const BEHIND = [50, 250, 1_000];
/** So often it is read again, for servers of a cluster that did not hear each other tell no client of it: its connection stood. */
const READ_AGAIN = 60_000;
const FIRST_DELAY = 100;
const MAX_DELAY = 5_000;

/**
 * What stands in a bucket as this process knows it: heard on its feed, and read whole at the beginning, after each break
 * and once a minute, for feeds are at most once. By revision: what comes late (a reading, an answer, an echo) never takes the place of
 * anything newer, a deletion neither. No larger than its bucket. For core services that may read all of it, also from
 * its leader (`readsLeader`), and for buckets whose keys go by being deleted alone. What it shows may be a moment old.
 */
export class BucketMirror<T> {
  private readonly bucket: Bucket;
  private readonly pattern: string;
  private readonly view: RevisionView<T>;
  private stale = true;
  private reading = false;
  private stopped = false;
  private watching?: Subscription;
  private stopHealth?: () => void;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly bus: Bus,
    private readonly name: BucketName,
    private readonly options: MirrorOptions<T>,
  ) {
    this.bucket = bus.bucket(name);
    this.pattern = options.pattern ?? '>';
    this.view = new RevisionView((event) => this.valueOf(event), options.changed);
  }

  /** Resolves when all that stands there is known. Rejects when it cannot be read; later breaks are mended by themselves. */
  async start(): Promise<void> {
    this.watching = await this.bucket.watch(this.pattern, (event) => this.view.hear(event));
    let { ready } = this.bus.health;
    this.stopHealth = this.bus.onHealth((health) => {
      if (health.ready && !ready) this.missed();
      ready = health.ready;
    });
    try {
      await this.catchUp((error) => {
        throw error;
      });
      if (!this.stopped) this.timer = setInterval(() => this.bus.health.ready && this.missed(), READ_AGAIN).unref();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    this.stopHealth?.();
    await this.watching?.stop();
  }

  get(key: string): T | undefined {
    return this.view.get(key);
  }

  keys(): IterableIterator<string> {
    return this.view.keys();
  }

  /** What stands under a key now, by the bucket's leader. */
  async refresh(key: string): Promise<T | undefined> {
    const before = this.view.standing(key);
    const entry = await this.bucket.get(key, { from: 'leader' });
    if (entry) this.view.hear({ ...entry, deleted: false });
    else if (before?.value !== undefined) await this.missing(key, before);
    return this.get(key);
  }

  /** A key that is known is not there: it was deleted, or whoever was asked knows less. */
  private async missing(key: string, before: Known<T>): Promise<void> {
    for (const lag of [...BEHIND, undefined]) {
      const [write] = await this.bucket.writes(key);
      if (write) this.view.hear(write);
      if (this.stopped || this.view.standing(key) !== before || (write && write.revision === before.revision)) return;
      if (lag !== undefined) await sleep(lag, undefined, { ref: false });
    }
    this.view.gone(key, before);
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
    this.view.hear({ key, revision: result.sequence, deleted: text === undefined, ...content });
  }

  private valueOf(event: BucketEvent): T | undefined {
    try {
      return this.options.read(event);
    } catch (error) {
      this.options.log.warn('an entry of a bucket cannot be read', { bucket: this.name, key: event.key, error });
      return undefined;
    }
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
      this.view.beginReading();
      const writes = new Map((await this.bucket.writes(this.pattern)).map((write) => [write.key, write]));
      const wrong = this.view.endReading(writes);
      if (wrong.length === 0) return;
      if (lag !== undefined) await sleep(lag, undefined, { ref: false });
      // the bucket was put back or made anew, or a feed told what was never stored: what the broker says stands
      else this.view.correct(wrong, writes);
    }
  }
}
