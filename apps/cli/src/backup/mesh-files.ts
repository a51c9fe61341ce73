import { cp, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WaggleError } from '@waggle/protocol';
import type { MeshFolder } from '../mesh/folder.js';

const KEYS = 'keys';
const ALLOWED = 'allowed.json';

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Keys, and who was let in: what a mesh is besides its broker's store. Secret. */
export const copyMeshFiles = async ({ keys, allowed }: MeshFolder, dir: string): Promise<void> => {
  await mkdir(join(dir, KEYS), { recursive: true, mode: 0o700 });
  for (const name of await readdir(keys).catch(() => [])) await cp(join(keys, name), join(dir, KEYS, name));
  if (await exists(allowed)) await cp(allowed, join(dir, ALLOWED));
};

/** `STREAM_CONFLICT` where a mesh has been in the folder. */
export const refuseUsed = async ({ path, keys, allowed, data }: MeshFolder): Promise<void> => {
  for (const own of [keys, data, allowed]) {
    if (await exists(own))
      throw new WaggleError('STREAM_CONFLICT', `${path} was used by a mesh already: name a new folder with --data`, { path: own });
  }
};

/** The other way, into a folder in which no mesh has been. */
export const restoreMeshFiles = async (dir: string, { keys, allowed }: MeshFolder): Promise<void> => {
  await mkdir(keys, { recursive: true, mode: 0o700 });
  for (const name of await readdir(join(dir, KEYS)).catch(() => [])) await cp(join(dir, KEYS, name), join(keys, name));
  if (await exists(join(dir, ALLOWED))) await cp(join(dir, ALLOWED), allowed);
};
