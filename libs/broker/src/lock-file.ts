import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WaggleError, type ErrorCode } from '@waggle/protocol';
import { isRunning, processId, type ProcessId } from './run/process.js';

export interface LockFileOptions {
  /** Milliseconds to wait for another holder; 0: do not wait. */
  wait: number;
  /** Told once when it has to wait. */
  onWait?: (pid: number) => void;
  /** What giving up is called. */
  code: ErrorCode;
}

const holderOf = async (file: string): Promise<ProcessId | undefined> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ProcessId;
  } catch {
    return undefined;
  }
};

const create = async (file: string, holder: ProcessId): Promise<boolean> => {
  // Its content arrives with the name: a holder that dies in between leaves nothing that looks held for ever.
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
};

/**
 * Does `work` while no other process of this machine holds the file. A holder that died is passed over.
 * It keeps doubled work and mixed-up starts away; whatever is done under it must stay harmless if two do it.
 */
export const withLockFile = async <T>(file: string, options: LockFileOptions, work: () => Promise<T>): Promise<T> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const end = Date.now() + options.wait;
  const me = await processId();
  for (let told = false; !(await create(file, me));) {
    const holder = await holderOf(file);
    if (holder === undefined || !(await isRunning(holder))) {
      await rm(file, { force: true });
      continue;
    }
    const { pid } = holder;
    if (Date.now() >= end) throw new WaggleError(options.code, `process ${pid} holds ${file}`);
    if (!told) options.onWait?.(pid);
    told = true;
    await delay(100);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
};
