import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { scope, type Locks } from '@waggle/locks';

/** Adds one line to the end of a file: reads it, thinks for a while, writes it. What agents do to code, in short. */
export const addLine = async (file: string, line: string): Promise<void> => {
  const text = await readFile(file, 'utf8');
  await sleep(2 + Math.random() * 4);
  const next = `${file}.${process.pid}`;
  await writeFile(next, `${text}${line}\n`);
  await rename(next, file);
};

/** The same, while nobody else who asks for the lock is at the file. */
export const addLineSafely = (locks: Locks, file: string, line: string): Promise<void> =>
  locks.withLock(scope.path('example', 'notes.txt'), () => addLine(file, line), { ttl: '10s', metadata: { line } });
