import { setTimeout as delay } from 'node:timers/promises';

/** Whether a process of that number is there (of anybody). */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const gone = async (pid: number, within: number): Promise<boolean> => {
  for (const end = Date.now() + within; isAlive(pid); await delay(20)) if (Date.now() > end) return false;
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
export const stopProcess = async (pid: number, grace = 5_000): Promise<boolean> => {
  signal(pid, 'SIGTERM');
  if (await gone(pid, grace)) return true;
  signal(pid, 'SIGKILL');
  return gone(pid, 2_000);
};
