import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaggleError } from '@waggle/protocol';
import { isRunning, processId, stopProcess, type ProcessId } from './process.js';

interface Note {
  broker: ProcessId;
  owner: ProcessId;
}

const noteFile = (dir: string): string => join(dir, 'broker.pid');

export const writeNote = async (dir: string, pid: number): Promise<void> => {
  const note: Note = { broker: await processId(pid), owner: await processId() };
  await writeFile(noteFile(dir), JSON.stringify(note), { mode: 0o600 });
};

export const removeNote = (dir: string): Promise<void> => rm(noteFile(dir), { force: true });

const readNote = async (dir: string): Promise<Note | undefined> => {
  const text = await readFile(noteFile(dir), 'utf8').catch(() => '');
  try {
    return JSON.parse(text) as Note;
  } catch {
    // None, or half written: its writer died before it went on.
    return undefined;
  }
};

/**
 * Two servers on one store would ruin it. A server left behind by an owner that died is ended;
 * one whose owner lives is `ALREADY_RUNNING`.
 */
export const endOrphan = async (dir: string): Promise<void> => {
  const note = await readNote(dir);
  if (note && (await isRunning(note.broker))) {
    const { broker, owner } = note;
    if (owner.pid !== process.pid && (await isRunning(owner))) {
      throw new WaggleError('ALREADY_RUNNING', `a broker (process ${broker.pid}, started by ${owner.pid}) runs on ${dir}`);
    }
    if (!(await stopProcess(broker))) throw new WaggleError('BROKER_FAILED', `process ${broker.pid}, left behind on ${dir}, does not end`);
  }
  await removeNote(dir);
};
