import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WaggleError, type ErrorCode } from '@waggle/protocol';
import { isAlive } from './run/process.js';

export interface LockFileOptions {
  /** Milliseconds to wait for another holder; 0: do not wait. */
  wait: number;
  /** Told once when it has to wait. */
  onWait?: (pid: number) => void;
  /** What giving up is called. */
  code: ErrorCode;
}

const holderOf = async (file: string): Promise<number | undefined> => {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text);
};

/**
 * Does `work` while no other process of this machine holds the file. A holder that died is passed over.
 * It keeps doubled work and mixed-up starts away; whatever is done under it must stay harmless if two do it.
 */
export const withLockFile = async <T>(file: string, options: LockFileOptions, work: () => Promise<T>): Promise<T> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const end = Date.now() + options.wait;
  for (let told = false; ;) {
    const made = await writeFile(file, String(process.pid), { flag: 'wx', mode: 0o600 }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false;
        throw error;
      },
    );
    if (made) break;
    const holder = await holderOf(file);
    if (holder === undefined) continue;
    // An empty file is a holder that is just writing its number.
    if (holder > 0 && !isAlive(holder)) {
      await rm(file, { force: true });
      continue;
    }
    if (Date.now() >= end) throw new WaggleError(options.code, `process ${holder} holds ${file}`);
    if (!told) options.onWait?.(holder);
    told = true;
    await delay(100);
  }
  try {
    return await work();
  } finally {
    if ((await holderOf(file)) === process.pid) await rm(file, { force: true });
  }
};
