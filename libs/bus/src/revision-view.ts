import type { BucketEvent } from './port.js';

/** What is known of a key. */
export interface Known<T> {
  readonly revision: number;
  /** Undefined: deleted, or nothing that is kept. */
  readonly value: T | undefined;
}

/**
 * Entries by key, whatever order they are told in: one of a lower revision never takes the place of a higher one, a
 * deletion's neither. A reading of all of them is older than what is heard while it is under way.
 */
export class RevisionView<T> {
  private readonly known = new Map<string, Known<T>>();
  /** Keys that were heard of since the last reading began, as they are known or newer. */
  private heard = new Set<string>();

  constructor(
    private readonly read: (event: BucketEvent) => T | undefined,
    private readonly changed: () => void = () => undefined,
  ) {}

  get(key: string): T | undefined {
    return this.known.get(key)?.value;
  }

  *keys(): IterableIterator<string> {
    for (const [key, { value }] of this.known) if (value !== undefined) yield key;
  }

  hear(event: BucketEvent): void {
    // one that is older than what is known says nothing about that
    if (event.revision >= (this.known.get(event.key)?.revision ?? 0)) this.heard.add(event.key);
    this.note(event);
  }

  /** What is known of a key, for `gone`. */
  standing(key: string): Known<T> | undefined {
    return this.known.get(key);
  }

  /**
   * The key was not there, of which `before` was known as it was asked for: what was heard meanwhile is newer. Whoever said
   * so may be wrong: the write that was known counts again when it is told once more.
   */
  gone(key: string, before: Known<T> | undefined): void {
    if (before && this.known.get(key) === before) this.keep(key, { revision: before.revision - 1, value: undefined });
  }

  beginReading(): void {
    this.heard = new Set();
  }

  /** Takes the last writes of all keys. Answers those that it should have known more of: they are as they were. */
  endReading(writes: ReadonlyMap<string, BucketEvent>): string[] {
    for (const write of writes.values()) this.note(write);
    const behind = ([key, { revision }]: [string, Known<T>]): boolean =>
      !this.heard.has(key) && (writes.get(key)?.revision ?? 0) < revision;
    return [...this.known].filter(behind).map(([key]) => key);
  }

  /** The reading is right about these keys after all. */
  correct(keys: readonly string[], writes: ReadonlyMap<string, BucketEvent>): void {
    for (const key of keys) {
      this.known.delete(key);
      const write = writes.get(key);
      if (write) this.note(write);
    }
    this.changed();
  }

  private note(event: BucketEvent): void {
    const { key, revision, deleted } = event;
    if (revision > (this.known.get(key)?.revision ?? 0)) this.keep(key, { revision, value: deleted ? undefined : this.read(event) });
  }

  private keep(key: string, known: Known<T>): void {
    this.known.set(key, known);
    this.changed();
  }
}
