import type { Version } from './memory-conflict.js';

/** What a replica of the broker has under a key. */
export interface Reading<T = unknown> {
  /** Of the last write, a deletion too; 0: it knows of none. */
  revision: number;
  deleted: boolean;
  /** Nothing: deleted, or gone by itself. */
  found?: Version<T>;
}

export interface Readers<T> {
  /** From the nearest replica, which may lag. */
  read: (key: string) => Promise<Reading<T>>;
  /** As everybody's last acknowledged write left it. */
  prove: (key: string) => Promise<Version<T> | undefined>;
}

/** Keys that are not there any more of which the newest write is remembered. */
const MOST_GONE = 10_000;

/**
 * What was told of keys, and what a reading must show to be news. One that is older than what was heard or told, and a
 * disappearance that nobody wrote, are a replica's that lags until the leader says so too.
 */
export class WatchedKeys<T> {
  private readonly told = new Map<string, number>();
  /** The newest write that was heard of or seen, the longest ago first. */
  private readonly newest = new Map<string, number>();
  /** Keys whose version should be gone. */
  private readonly doubted = new Set<string>();

  constructor(private readonly readers: Readers<T>) {}

  /** A write was heard of, which takes the place of what stood there. */
  heard(key: string, revision: number): void {
    this.doubted.delete(key);
    this.raise(key, revision);
  }

  /** Its version should be gone: one that still stands is none that may be believed. */
  doubt(key: string): void {
    this.doubted.add(key);
  }

  /** What was told already, or need not be. */
  tell(key: string, version: number | undefined): void {
    if (version === undefined) this.told.delete(key);
    else this.told.set(key, version);
    this.raise(key, version ?? 0);
  }

  /** Keys of which something else must be told, given all that the leader has. */
  differing(there: ReadonlyMap<string, number>): string[] {
    const gone = [...this.told.keys()].filter((key) => !there.has(key));
    for (const key of gone) this.doubt(key);
    for (const [key, version] of there) this.raise(key, version);
    return [...gone, ...[...there].flatMap(([key, version]) => (this.told.get(key) === version ? [] : [key]))];
  }

  /** What stands there, if that is news. */
  async news(key: string): Promise<{ found?: Version<T> } | undefined> {
    const found = await this.current(key);
    if (found?.version === this.told.get(key)) return undefined;
    this.tell(key, found?.version);
    return { found };
  }

  private async current(key: string): Promise<Version<T> | undefined> {
    const [least, told, doubted] = [this.newest.get(key) ?? 0, this.told.get(key), this.doubted.delete(key)];
    const { revision, deleted, found } = await this.readers.read(key);
    // of a key of which nothing is known a replica may say anything
    if (least > 0 && revision >= least && (found ? !doubted || found.version !== told : deleted)) {
      this.raise(key, revision);
      return found;
    }
    const proven = await this.readers.prove(key);
    // a key that was heard of meanwhile is read once more
    if ((this.newest.get(key) ?? 0) === least) this.remember(key, proven?.version ?? Math.max(least, revision) + 1);
    return proven;
  }

  private raise(key: string, revision: number): void {
    if (revision > (this.newest.get(key) ?? 0)) this.remember(key, revision);
  }

  private remember(key: string, revision: number): void {
    this.newest.delete(key);
    this.newest.set(key, revision);
    if (this.newest.size <= this.told.size + MOST_GONE) return;
    // many at a time: keys that are there stand in between
    let left = MOST_GONE / 2;
    for (const old of this.newest.keys()) {
      if (this.told.has(old) || old === key) continue;
      this.newest.delete(old);
      if (--left === 0) return;
    }
  }
}
