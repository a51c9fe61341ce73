import { readFile, rm } from 'node:fs/promises';
import { WaggleError } from '@waggle/protocol';
import type { MeshFolder } from './folder.js';
import { writeFileWhole } from './write-file-whole.js';

/** `RESTORE_UNFINISHED` where a restore into the folder was begun and has not ended. */
export const refuseUnfinished = async ({ path, restoring }: MeshFolder): Promise<void> => {
  const backup = await readFile(restoring, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // a folder that is none is told of by whoever uses it
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (backup === undefined) return;
  throw new WaggleError('RESTORE_UNFINISHED', `the restore of ${backup} into ${path} did not end`, {
    path,
    remedy: `Let it end if it still runs; else remove ${path} and run \`waggle restore ${backup}\` again.`,
  });
};

/** Puts a backup into a folder. Where `work` fails or its process dies, the folder stays refused. */
export const whileRestoring = async <T>({ restoring }: MeshFolder, backup: string, work: () => Promise<T>): Promise<T> => {
  await writeFileWhole(restoring, backup);
  const done = await work();
  await rm(restoring);
  return done;
};
