import type { Bus } from '@waggle/bus';
import { WaggleError, type WorkspaceRef } from '@waggle/protocol';
import { FILE_TYPE, type Entry, type ManifestContent } from '../entry.js';
import { DEFAULT_LIMITS } from '../limits.js';
import type { Shard } from '../shard.js';
import { parseManifest } from './manifest.js';
import { ShardFiles } from './shard-files.js';

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
    if (entry.size > DEFAULT_LIMITS.fileBytes) throw new WaggleError('TOO_LARGE', `${path} is larger than ${DEFAULT_LIMITS.fileBytes} bytes.`, { path });
    const blob = { writer: this.content.writer, sha256: entry.sha256!, size: entry.size, chunks: entry.chunks!, type: FILE_TYPE };
    return Buffer.from(await this.bus.blobs.get(this.tenant, blob)).toString('utf8');
  }

  /** A part of it, to go through. A range past the end is cut; one that is upside down is `INVALID_INPUT`. */
  shard(range: Pick<Shard, 'from' | 'to'>): ShardFiles {
    if (range.from > range.to) throw new WaggleError('INVALID_INPUT', 'A shard must not end before it starts.', { path: 'shard.to' });
    return new ShardFiles(this, this.entries.slice(range.from, range.to));
  }

  /** All of it, to go through. */
  all(): ShardFiles {
    return new ShardFiles(this, this.entries);
  }
}

/** The most a manifest may weigh: 20,000 entries of long paths. */
const MANIFEST_BYTES = 32 * 1024 * 1024;

/** Opens a snapshot. `BLOB_MISSING`, `BLOB_CORRUPT`, `INVALID_INPUT` (a manifest that is none), `TOO_LARGE`. */
export const openWorkspace = async (bus: Pick<Bus, 'blobs'>, tenant: string, ref: WorkspaceRef): Promise<Workspace> => {
  if (ref.manifest.size > MANIFEST_BYTES) throw new WaggleError('TOO_LARGE', `The manifest is larger than ${MANIFEST_BYTES} bytes.`, { path: 'workspace.manifest' });
  const content = parseManifest(await bus.blobs.get(tenant, ref.manifest));
  if (content.entries.length > DEFAULT_LIMITS.files) throw new WaggleError('TOO_LARGE', `There are more than ${DEFAULT_LIMITS.files} entries.`, { path: 'workspace.manifest' });
  return new Workspace(bus, tenant, content);
};

/** Opens the part of a snapshot that a shard names; fails as `openWorkspace` does. */
export const openShard = async (bus: Pick<Bus, 'blobs'>, tenant: string, shard: Shard): Promise<ShardFiles> =>
  (await openWorkspace(bus, tenant, shard.workspace)).shard(shard);
