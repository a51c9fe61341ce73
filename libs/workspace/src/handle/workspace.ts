import type { Bus } from '@waggle/bus';
import { WaggleError, type WorkspaceRef } from '@waggle/protocol';
import { FILE_TYPE, type Entry, type ManifestContent } from '../entry.js';
import type { GitFacts } from '../git/git-facts.js';
import type { Shard } from '../shard.js';
import { parseManifest } from './manifest.js';
import { ShardFiles } from './shard-files.js';

/** The most a manifest may weigh: some hundred thousand entries. */
const MANIFEST_BYTES = 32 * 1024 * 1024;

/** The most a file may weigh that is read, whatever the snapshot allowed. */
const FILE_BYTES = 16 * 1024 * 1024;

/** A snapshot, opened: its list of entries and the text of its files. Knows no file system: what is not listed cannot be read. */
export class Workspace {
  private readonly byPath: Map<string, Entry>;

  constructor(
    private readonly bus: Pick<Bus, 'blobs'>,
    private readonly tenant: string,
    private readonly content: ManifestContent,
  ) {
    this.byPath = new Map(content.entries.map((entry) => [entry.path, entry]));
  }

  /** All entries, sorted by path. */
  get entries(): readonly Entry[] {
    return this.content.entries;
  }

  /** What git knows of it, if it is under git. */
  get git(): GitFacts | undefined {
    return this.content.git;
  }

  /** What it is known by from one run to the next. */
  get repository(): string | undefined {
    return this.content.repository;
  }

  /** Whether a file is to be looked at: all are, unless only what changed is asked for. */
  isInFocus(path: string): boolean {
    const changed = this.content.git?.changed;
    return changed === undefined || Object.hasOwn(changed.files, path);
  }

  /** How many entries `.gitignore` files ruled out. */
  get ignored(): number {
    return this.content.ignored;
  }

  /** The text of a file. `PATH_OUTSIDE` for a path that leads out, `FILE_UNKNOWN` for one that holds no text here. */
  async read(path: string): Promise<string> {
    if (path.startsWith('/') || path.includes('\0') || path.split('/').some((part) => part === '..' || part === '.'))
      throw new WaggleError('PATH_OUTSIDE', `${path} leads out of the workspace.`, { path });
    const entry = this.byPath.get(path);
    if (entry === undefined) throw new WaggleError('FILE_UNKNOWN', `${path} is not in the workspace.`, { path });
    if (entry.kind !== 'text') throw new WaggleError('FILE_UNKNOWN', `${path} cannot be read: ${entry.reason ?? entry.kind}.`, { path });
    if (entry.size > FILE_BYTES) throw new WaggleError('TOO_LARGE', `${path} is larger than ${FILE_BYTES} bytes.`, { path });
    const blob = { writer: this.content.writer, sha256: entry.sha256!, size: entry.size, chunks: entry.chunks!, type: FILE_TYPE };
    return Buffer.from(await this.bus.blobs.get(this.tenant, blob)).toString('utf8');
  }

  /** A part of it, to go through; where only what changed is asked for, that alone. A range past the end is cut; one that is upside down is `INVALID_INPUT`. */
  shard(range: Pick<Shard, 'from' | 'to'>): ShardFiles {
    if (range.from > range.to) throw new WaggleError('INVALID_INPUT', 'A shard must not end before it starts.', { path: 'shard.to' });
    return new ShardFiles(
      this,
      this.entries.slice(range.from, range.to).filter(({ path }) => this.isInFocus(path)),
    );
  }

  /** All of it, to go through. */
  all(): ShardFiles {
    return new ShardFiles(this, this.entries);
  }
}

/** Opens a snapshot. `BLOB_MISSING`, `BLOB_CORRUPT`, `INVALID_INPUT` (a manifest that is none), `TOO_LARGE`. */
export const openWorkspace = async (bus: Pick<Bus, 'blobs'>, tenant: string, ref: WorkspaceRef): Promise<Workspace> => {
  if (ref.manifest.size > MANIFEST_BYTES)
    throw new WaggleError('TOO_LARGE', `The manifest is larger than ${MANIFEST_BYTES} bytes.`, { path: 'workspace.manifest' });
  const content = parseManifest(await bus.blobs.get(tenant, ref.manifest));
  return new Workspace(bus, tenant, content);
};

/** Opens the part of a snapshot that a shard names; fails as `openWorkspace` does. */
export const openShard = async (bus: Pick<Bus, 'blobs'>, tenant: string, shard: Shard): Promise<ShardFiles> =>
  (await openWorkspace(bus, tenant, shard.workspace)).shard(shard);
