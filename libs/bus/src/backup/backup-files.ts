import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaggleError } from '@waggle/protocol';
import type { SnapshotFile, StreamImage } from './snapshot.js';

/** Of the folder; another one is not read. */
export const FORMAT = 1;
const MANIFEST = 'backup.json';

export interface BackupManifest {
  format: number;
  createdAt: string;
  /** Of the broker it was taken from. */
  server: string;
  streams: (SnapshotFile & { file: string })[];
  /** Streams that are made anew with no content, their numbers going on. */
  fenced: StreamImage[];
}

/** Written last: a folder without it is no backup. */
export const writeManifest = (dir: string, manifest: BackupManifest): Promise<void> =>
  writeFile(join(dir, MANIFEST), JSON.stringify(manifest, null, 2), { mode: 0o600, flag: 'wx' });

const sha256Of = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

/** What a folder holds, every file seen to be whole. `BAD_USAGE` where it is no backup, `BLOB_CORRUPT` where a file was changed. */
export const readBackup = async (dir: string): Promise<BackupManifest> => {
  const text = await readFile(join(dir, MANIFEST), 'utf8').catch((cause: unknown) => {
    throw new WaggleError('BAD_USAGE', `${dir} holds no whole backup: ${MANIFEST} cannot be read`, {
      path: dir,
      cause,
      remedy: `Name the folder that \`waggle backup\` was given; one that did not end has no ${MANIFEST}: take another.`,
    });
  });
  let manifest: BackupManifest;
  try {
    manifest = JSON.parse(text) as BackupManifest;
  } catch (cause) {
    throw new WaggleError('BLOB_CORRUPT', `${MANIFEST} of ${dir} is not JSON`, { path: dir, cause });
  }
  if (manifest.format !== FORMAT)
    throw new WaggleError('UNSUPPORTED', `the backup has the format ${manifest.format}, and ${FORMAT} is read here`, { path: dir });
  for (const { file, sha256 } of manifest.streams) {
    const found = await sha256Of(join(dir, file)).catch(() => undefined);
    if (found !== sha256)
      throw new WaggleError('BLOB_CORRUPT', `${file} is ${found === undefined ? 'missing' : 'not as it was written'}`, {
        path: join(dir, file),
      });
  }
  return manifest;
};
