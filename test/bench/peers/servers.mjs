/** Servers that a peer needs: found by PATH, on loopback, each with a port and a folder of its own, ended by their id. */
import { spawn } from 'node:child_process';
import { access, chown, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort, guard } from '@waggle/broker';
import { cpuOfFamily } from '../measure.mjs';

const START_LIMIT = 60_000;
const TAIL = 5;

const started = new Set();

/** Undefined where there is none. */
export const findProgram = async (name) => {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (
      folder !== '' &&
      (await access(path, constants.X_OK).then(
        () => true,
        () => false,
      ))
    )
      return path;
  }
};

/** Resolves when a line that it says matches. */
const saying = (child, ready) =>
  new Promise((resolve, reject) => {
    const tail = [];
    const fail = (why) => reject(new Error(`${child.spawnfile} ${why}\n${tail.join('\n')}`));
    const limit = setTimeout(() => fail('is not ready in time'), START_LIMIT);
    child.once('error', (error) => fail(error.message));
    child.once('close', (code) => {
      clearTimeout(limit);
      fail(`ended with ${code}`);
    });
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on('line', (line) => {
        tail.push(line);
        if (tail.length > TAIL) tail.shift();
        if (!ready.test(line)) return;
        clearTimeout(limit);
        resolve();
      });
  });

const end = async ({ child, dir, ended, signal, unguard }) => {
  if (child?.pid !== undefined) {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
    unguard();
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
};

/**
 * Starts one and resolves when a line that it says matches `ready`. `prepare({ dir, port })` comes first and may add to
 * what `args({ dir, port, … })` gets; `as`: `{ uid, gid }` of another user; `signal` ends it (what it stored is thrown away:
 * by force is fine).
 */
export const startServer = async (program, { args, ready, prepare = () => undefined, as = {}, signal = 'SIGKILL' }) => {
  const server = { signal, dir: await mkdtemp(join(tmpdir(), 'waggle-bench-')) };
  started.add(server);
  if (as.uid !== undefined) await chown(server.dir, as.uid, as.gid);
  const given = { dir: server.dir, port: await freePort() };
  const place = { ...given, ...(await prepare(given)) };
  // in a process group of its own: a Ctrl-C is for us to pass on
  const child = spawn(program, args(place), { ...as, cwd: server.dir, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  server.child = child;
  server.ended = new Promise((resolve) => child.once('close', resolve));
  if (child.pid !== undefined) server.unguard = guard(child.pid);
  try {
    await saying(child, ready);
  } catch (error) {
    started.delete(server);
    await end(server);
    throw error;
  }
  return { ...place, pid: child.pid, cpu: () => cpuOfFamily(child.pid) };
};

/** Ends all of them, those too that never got ready. */
export const endServers = async () => {
  const all = [...started];
  started.clear();
  await Promise.all(all.map(end));
};
