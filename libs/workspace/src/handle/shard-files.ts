import type { Entry } from '../entry.js';
import { cutIntoPacks } from './packs.js';
import type { Workspace } from './workspace.js';

/** Files fetched ahead of the reader. */
const AHEAD = 8;

/** Packs that are worked on at once: while one is looked up, another is read. */
const PACKS_AT_ONCE = 4;

export interface SourceFile {
  path: string;
  text: string;
  /** Bytes. */
  size: number;
  sha256: string;
}

/** The files of a part of a workspace, in the manifest's order. Go through it once: `done` counts along. */
export class ShardFiles implements AsyncIterable<SourceFile> {
  /** Files gone through. */
  done = 0;
  private readonly readable: Entry[];

  constructor(
    private readonly workspace: Workspace,
    /** Everything in this part, also what cannot be read. */
    readonly entries: readonly Entry[],
  ) {
    this.readable = entries.filter((entry) => entry.kind === 'text');
  }

  /** Files that can be read. */
  get total(): number {
    return this.readable.length;
  }

  /** Paths and hashes of the content: equal for equal files. */
  get identity(): readonly [path: string, sha256: string][] {
    return this.readable.map(({ path, sha256 }) => [path, sha256!]);
  }

  /** The same files in packs of about 16, whose borders stay where they are when other files change. */
  packs(): ShardFiles[] {
    return cutIntoPacks(this.readable).map((entries) => new ShardFiles(this.workspace, entries));
  }

  /** Gives each pack to `work`, a few at once, and what came of them in their order. The first failure ends it. */
  async mapPacks<T>(work: (pack: ShardFiles) => Promise<T>): Promise<T[]> {
    const packs = this.packs();
    const results = new Array<T>(packs.length);
    const waiting = packs.entries();
    const take = async (): Promise<void> => {
      for (const [at, pack] of waiting) {
        results[at] = await work(pack);
        this.done += pack.total;
      }
    };
    await Promise.all(Array.from({ length: Math.min(PACKS_AT_ONCE, packs.length) }, take));
    return results;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SourceFile> {
    const pending: Promise<string>[] = [];
    const fetch = (entry: Entry): void => {
      const text = this.workspace.read(entry.path);
      // Seen again when its turn comes; an error before that must not count as unhandled.
      text.catch(() => undefined);
      pending.push(text);
    };
    this.readable.slice(0, AHEAD).forEach(fetch);
    for (const [at, entry] of this.readable.entries()) {
      const text = await pending.shift()!;
      const next = this.readable[at + AHEAD];
      if (next !== undefined) fetch(next);
      yield { path: entry.path, text, size: entry.size, sha256: entry.sha256! };
      this.done++;
    }
  }
}
