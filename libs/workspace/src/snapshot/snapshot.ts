import { realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Bus } from '@waggle/bus';
import { WaggleError, type WorkspaceRef } from '@waggle/protocol';
import { byPath, FILE_TYPE, MANIFEST_TYPE, type Entry, type ManifestContent } from '../entry.js';
import { identityOf, readGit } from '../git/read-git.js';
import { DEFAULT_LIMITS, type SnapshotLimits } from '../limits.js';
import { rulesAbove } from './parent-rules.js';
import { readTextFile } from './read-file.js';
import { reasonOf } from './reason.js';
import { walk, type Found } from './walk.js';

/** Files read and stored at once: bounds memory to this many files of the largest size. */
const CONCURRENCY = 32;

export interface SnapshotOptions {
  bus: Pick<Bus, 'blobs' | 'me'>;
  tenant: string;
  limits?: Partial<SnapshotLimits>;
  /** A commit, branch or tag: only what changed since then is to be looked at. */
  since?: string;
  signal?: AbortSignal;
  /** Told now and then how much is stored. */
  onProgress?: (files: number, bytes: number) => void;
}

const realFolder = async (path: string): Promise<string> => {
  const refuse = (why: string, cause?: unknown): WaggleError => new WaggleError('PATH_INVALID', `${path}: ${why}`, { path, cause });
  try {
    const real = await realpath(path);
    if (!(await stat(real)).isDirectory()) throw refuse('it is not a folder');
    return real;
  } catch (error) {
    if (error instanceof WaggleError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    throw refuse(code === 'ENOENT' || code === 'ENOTDIR' ? 'there is no such folder' : reasonOf(error), error);
  }
};

/**
 * Stores a folder as blobs and returns the reference that flows pass on. Text files are stored under their hash,
 * so what an earlier run stored is not stored twice; everything else is listed in the manifest with its kind and reason.
 * What `.gitignore` files rule out is left out and counted; `.git` is never read; links are never followed.
 *
 * What git knows of the folder goes with it: `docs/guides/audit.md`.
 *
 * Fails with `PATH_INVALID` (no readable folder, or nothing in it), `BAD_USAGE` (`since` is no commit), `TOO_LARGE`, `CANCELED`, and what the bus fails with.
 */
export const snapshot = async (path: string, options: SnapshotOptions): Promise<WorkspaceRef> => {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const root = await realFolder(path);
  const found = walk({ root, ...(await rulesAbove(root)) });
  const collector = new Collector(options, limits);
  // Workers share the walk: each takes what comes next, so the slowest file holds up nobody.
  const workers = await Promise.allSettled(Array.from({ length: CONCURRENCY }, () => collector.work(found)));
  const failed = workers.find((worker) => worker.status === 'rejected');
  if (failed !== undefined) throw failed.reason as Error;

  const unreadableRoot = collector.entries.find((entry) => entry.path === '/');
  if (unreadableRoot !== undefined)
    throw new WaggleError('PATH_INVALID', `${path}: ${unreadableRoot.reason ?? 'it cannot be read'}`, { path });
  if (collector.entries.length === 0)
    throw new WaggleError('PATH_INVALID', `${path}: there is no file in it${collector.ignored > 0 ? ' that .gitignore leaves' : ''}`, {
      path,
    });

  const { since, signal } = options;
  const [git, repository] = await Promise.all([readGit(root, { marks: collector.marks, since, signal }), identityOf(root, signal)]);
  const content: ManifestContent = {
    version: 1,
    writer: options.bus.me,
    ignored: collector.ignored,
    entries: collector.entries.sort(byPath),
    ...(repository === undefined ? {} : { repository }),
    ...(git === undefined ? {} : { git }),
  };
  const manifest = await options.bus.blobs.put(options.tenant, Buffer.from(JSON.stringify(content)), MANIFEST_TYPE);
  const files = content.entries.filter((entry) => entry.kind === 'text').length;
  return { manifest, files, bytes: collector.bytes, skipped: content.entries.length - files, root: basename(root) };
};

const MARK = /\b(?:TODO|FIXME|HACK|XXX)\b/;

class Collector {
  readonly entries: Entry[] = [];
  ignored = 0;
  bytes = 0;
  /** Lines that hold a mark of unfinished work, by file. */
  readonly marks = new Map<string, number[]>();
  private files = 0;
  private failed = false;

  constructor(
    private readonly options: SnapshotOptions,
    private readonly limits: SnapshotLimits,
  ) {}

  async work(found: AsyncGenerator<Found>): Promise<void> {
    try {
      for await (const next of { [Symbol.asyncIterator]: () => ({ next: () => found.next() }) }) {
        if (this.failed) return;
        if (this.options.signal?.aborted) throw new WaggleError('CANCELED', 'The snapshot was stopped.');
        await this.take(next);
      }
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }

  private async take(found: Found): Promise<void> {
    if ('ignored' in found) {
      this.ignored++;
      return;
    }
    if ('entry' in found) return this.add(found.entry);
    const { path } = found.file;
    const read = await readTextFile(found.file, this.limits.fileBytes);
    if ('entry' in read) return this.add(read.entry);
    const { content, reason } = read;
    this.bytes += content.length;
    if (this.bytes > this.limits.bytes) throw new WaggleError('TOO_LARGE', `There are more than ${this.limits.bytes} bytes of text.`);
    this.note(path, content);
    const blob = await this.options.bus.blobs.put(this.options.tenant, content, FILE_TYPE);
    const note = reason === undefined ? {} : { reason };
    this.add({ path, kind: 'text', size: content.length, sha256: blob.sha256, chunks: blob.chunks, ...note });
    if (++this.files % 100 === 0) this.options.onProgress?.(this.files, this.bytes);
  }

  private note(path: string, content: Buffer): void {
    const text = content.toString('latin1');
    if (!MARK.test(text)) return;
    const lines = text.split('\n').flatMap((line, at) => (MARK.test(line) ? [at + 1] : []));
    this.marks.set(path, lines);
  }

  private add(entry: Entry): void {
    if (this.entries.length >= this.limits.files) throw new WaggleError('TOO_LARGE', `There are more than ${this.limits.files} files.`);
    this.entries.push(entry);
  }
}
