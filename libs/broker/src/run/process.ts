import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { execute } from '../execute.js';

/** A process as it can be found again: numbers are used again, so its birth goes with it. */
export interface ProcessId {
  pid: number;
  born: string;
}

/** Whether a process of that number is there (of anybody). */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** When a process was started, in the system's own terms; empty where it is gone or cannot be told. */
const bornAt = async (pid: number): Promise<string> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat !== undefined) {
    // The name, in brackets, may hold anything; the state comes after it, and the start time nineteen fields later.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  }
  if (process.platform === 'linux') return '';
  return (await execute('ps', ['-o', 'lstart=', '-p', String(pid)], { timeout: 5_000 })).stdout.trim();
};

export const processId = async (pid = process.pid): Promise<ProcessId> => ({ pid, born: await bornAt(pid) });

/** Whether this very process still runs, and not another that got its number. */
export const isRunning = async ({ pid, born }: ProcessId): Promise<boolean> => isAlive(pid) && born !== '' && (await bornAt(pid)) === born;

const gone = async (process: ProcessId, within: number): Promise<boolean> => {
  for (const end = Date.now() + within; await isRunning(process); await delay(20)) if (Date.now() > end) return false;
  return true;
};

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/** Ends a process that is not our child: SIGTERM, after `grace` milliseconds SIGKILL. True once it is gone. */
export const stopProcess = async (ended: ProcessId, grace = 5_000): Promise<boolean> => {
  signal(ended.pid, 'SIGTERM');
  if (await gone(ended, grace)) return true;
  signal(ended.pid, 'SIGKILL');
  return gone(ended, 2_000);
};
