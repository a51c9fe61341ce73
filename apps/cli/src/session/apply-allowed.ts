import { setTimeout as delay } from 'node:timers/promises';
import { withLockFile } from '@waggle/broker';
import { isErrorCode, WaggleError } from '@waggle/protocol';
import type { Context } from '../context.js';
import { CHANGED } from '../mesh/changes.js';
import type { MeshFolder } from '../mesh/folder.js';
import { markOf } from '../mesh/mark.js';
import { readState } from '../mesh/state.js';
import { makeWritable } from '../mesh/writable-folder.js';
import { refuseUnfinished } from '../mesh/unfinished-restore.js';

const LONGEST = 20_000;
const LOOK = 50;

/** Changes who may come in, one command at a time. `RESTORE_UNFINISHED`, `CONFIG_INVALID` */
export const changing = async <T>({ folder }: Pick<Context, 'folder'>, work: () => Promise<T>): Promise<T> => {
  await makeWritable(folder.path, { mode: 0o700 });
  return withLockFile(`${folder.allowed}.lock`, { wait: 30_000, code: 'ALREADY_RUNNING' }, async () => {
    await refuseUnfinished(folder);
    return work();
  });
};

/** Has the running mesh take who may come in, and by which keys, and waits until it did. False where none runs: the next start takes it. */
export const applyAllowed = async ({ folder }: { folder: MeshFolder }): Promise<boolean> => {
  const mark = await markOf(folder);
  const mesh = await readState(folder);
  if (mesh === undefined) return false;
  process.kill(mesh.owner.pid, CHANGED);
  for (const end = Date.now() + LONGEST; Date.now() < end; await delay(LOOK)) {
    const now = await readState(folder);
    if (now === undefined) return false;
    if (now.applied === mark) return true;
    if (now.applyError?.mark === mark) {
      const { code, message } = now.applyError;
      throw new WaggleError(isErrorCode(code) ? code : 'INTERNAL', message);
    }
  }
  throw new WaggleError('TIMED_OUT', `the mesh has not taken the change within ${LONGEST / 1_000} s; it holds from its next start on`);
};
