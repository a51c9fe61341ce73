import { setTimeout as delay } from 'node:timers/promises';
import { isErrorCode, WaggleError } from '@waggle/protocol';
import type { Context } from '../context.js';
import type { Allowed } from '../mesh/allowed.js';
import { readState } from '../mesh/state.js';

const LONGEST = 20_000;
const LOOK = 50;

/** Has the running mesh take a new list of who may come in, and waits until it did. False where none runs: the next start takes it. */
export const applyAllowed = async ({ mark }: Allowed, { folder }: Context): Promise<boolean> => {
  const mesh = await readState(folder);
  if (mesh === undefined) return false;
  process.kill(mesh.owner.pid, 'SIGUSR2');
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
