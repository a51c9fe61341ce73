import { mkdir, readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_STORAGE, LEAST_STORAGE } from '@waggle/bus';
import { WaggleError } from '@waggle/protocol';

const GIB = 1024 ** 3;
/** Coarse, so that a disk that fills does not change every stream's limit at each start. */
const STEPS = [DEFAULT_STORAGE, 4 * GIB, 2 * GIB, GIB, LEAST_STORAGE];
const SHARE = 0.7;
/** What the server keeps beside the streams' own limits. */
export const MARGIN = 256 * 1024 * 1024;

const sizeOf = async (folder: string): Promise<number> => {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
};

/** Bytes that all streams may hold together: as much as the disk lets us have. `STORAGE_FULL` where that is too little. */
export const storageFor = async (folder: string): Promise<number> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { bavail, bsize } = await statfs(folder);
  const room = bavail * bsize + (await sizeOf(folder));
  const storage = STEPS.find((step) => step <= room * SHARE);
  if (storage === undefined) {
    throw new WaggleError(
      'STORAGE_FULL',
      `the disk of ${folder} has ${Math.round(room / 1024 ** 2)} MiB left, and ${LEAST_STORAGE / SHARE / 1024 ** 2} MiB are needed`,
      { path: folder },
    );
  }
  return storage;
};
