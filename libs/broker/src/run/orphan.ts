import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaggleError } from '@waggle/protocol';
import { execute } from '../execute.js';
import { configFile } from './config-file.js';
import { isAlive, stopProcess } from './process.js';

interface Note {
  pid: number;
  owner: number;
}

const noteFile = (dir: string): string => join(dir, 'broker.pid');

export const writeNote = (dir: string, pid: number): Promise<void> =>
  writeFile(noteFile(dir), JSON.stringify({ pid, owner: process.pid } satisfies Note), { mode: 0o600 });

export const removeNote = (dir: string): Promise<void> => rm(noteFile(dir), { force: true });

const isBrokerOf = async (pid: number, dir: string): Promise<boolean> => {
  if (!isAlive(pid)) return false;
  const { stdout } = await execute('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { timeout: 5_000 });
  return stdout.includes(configFile(dir));
};

/**
 * Two servers on one store would ruin it. A server left behind by an owner that died is ended;
 * one whose owner lives is `ALREADY_RUNNING`.
 */
export const endOrphan = async (dir: string): Promise<void> => {
  const text = await readFile(noteFile(dir), 'utf8').catch(() => undefined);
  if (text === undefined) return;
  let note: Note | undefined;
  try {
    note = JSON.parse(text) as Note;
  } catch {
    // Half written: its writer died before it went on.
  }
  if (note && (await isBrokerOf(note.pid, dir))) {
    if (note.owner !== process.pid && isAlive(note.owner)) {
      throw new WaggleError('ALREADY_RUNNING', `a broker (process ${note.pid}, started by ${note.owner}) runs on ${dir}`);
    }
    if (!(await stopProcess(note.pid))) throw new WaggleError('BROKER_FAILED', `process ${note.pid}, left behind on ${dir}, does not end`);
  }
  await removeNote(dir);
};
