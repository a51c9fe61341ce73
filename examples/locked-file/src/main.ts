import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBroker, startBroker } from '@waggle/broker';
import { provision } from '@waggle/locks';

const LINES = 60;
const dir = await mkdtemp(join(tmpdir(), 'locked-file-'));
const { path: binary } = await findBroker({ cacheDir: process.env.WAGGLE_BROKER_CACHE ?? join(process.cwd(), '.waggle', 'bin') });
const broker = await startBroker({ binary, dir: join(dir, 'broker'), config: '' });
await provision({ servers: broker.url });

/** Each name edits the file in a process of its own; a name that starts with `careless` takes no lock. Gives how many lines of each are there at the end. */
const edit = async (...names: string[]): Promise<Record<string, number>> => {
  const file = join(dir, `${names.join('-')}.txt`);
  await writeFile(file, '');
  const editors = names.map((name) => {
    const server = name.startsWith('careless') ? [] : [broker.url];
    return fork(join(import.meta.dirname, 'editor.js'), [name, file, String(LINES), ...server]);
  });
  const ends = editors.map((editor) => once(editor, 'exit') as Promise<[number | null]>);
  await Promise.all(editors.map((editor) => once(editor, 'message')));
  for (const editor of editors) editor.send('go');
  for (const [code] of await Promise.all(ends)) if (code !== 0) throw new Error(`an editor ended with ${code}`);
  const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
  return Object.fromEntries(names.map((name) => [name, lines.filter((line) => line.startsWith(`${name} `)).length]));
};

const shown = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count} of ${LINES}`)
    .join(', ');

try {
  console.log(`two with locks:            ${shown(await edit('ann', 'bob'))}`);
  console.log(`the same and one without:  ${shown(await edit('ann', 'bob', 'careless'))}`);
} finally {
  await broker.kill();
  await rm(dir, { recursive: true, force: true });
}
