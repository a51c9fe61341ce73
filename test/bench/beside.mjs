/**
 * `node test/bench/beside.mjs BEFORE AFTER [--rounds N] [--tasks N]`: two built checkouts of Waggle beside each other, each
 * with a broker of its own, in rounds that take turns: one task alone, and 128 in flight with CPU by process. Ratios are medians
 * of each round's own, so they hold on a busy machine better than the figures do.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { findBroker } from '@waggle/broker';
import { warmUp } from './contest.mjs';
import { cpuSeconds, latency, median, throughput } from './measure.mjs';

const ALONE = 50;

const contestant = async (dir) => {
  const load = (file) => import(pathToFileURL(join(dir, 'test', 'bench', file)));
  const [{ startMesh }, { endAll }] = await Promise.all([load('mesh.mjs'), load('processes.mjs')]);
  const { path: binary } = await findBroker({ cacheDir: join(dir, '.waggle', 'bin') });
  const mesh = await startMesh(binary);
  const one = () => mesh.flow('one');
  await warmUp(one);
  process.on('message', async (tasks) => {
    const { p50 } = await latency(ALONE, one);
    const before = Object.entries(mesh.parts).map(([name, pid]) => [name, pid, cpuSeconds([pid])]);
    const { rate, cpuUs } = await throughput(tasks, one, { width: 128, pids: mesh.pids });
    const parts = before.map(([name, pid, used]) => [`CPU of ${name}, us`, ((cpuSeconds([pid]) - used) / tasks) * 1e6]);
    process.send({ 'p50, ms': p50, 'tasks/s': rate, 'CPU a task, us': cpuUs, ...Object.fromEntries(parts) });
  });
  process.once('disconnect', async () => {
    await endAll();
    await mesh.stop();
    process.exit(0);
  });
  process.send('ready');
};

const contest = async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '12' }, tasks: { type: 'string', default: '1200' } },
  });
  if (positionals.length !== 2) throw new Error('two checkouts are wanted: node test/bench/beside.mjs BEFORE AFTER');
  const children = positionals.map((dir) => fork(import.meta.filename, ['--contestant', resolve(dir)]));
  await Promise.all(children.map((child) => once(child, 'message')));
  const rounds = [];
  for (let n = 0; n < Number(values.rounds); n++) {
    const round = [];
    for (const at of n % 2 ? [1, 0] : [0, 1]) {
      children[at].send(Number(values.tasks));
      [round[at]] = await once(children[at], 'message');
    }
    rounds.push(round);
  }
  console.log('| what | before | after | after to before |\n|---|---|---|---|');
  for (const what of Object.keys(rounds[0][0])) {
    const [before, after] = [0, 1].map((at) => median(rounds.map((round) => round[at][what])).toFixed(2));
    console.log(`| ${what} | ${before} | ${after} | ${median(rounds.map((round) => round[1][what] / round[0][what])).toFixed(2)} x |`);
  }
  for (const child of children) child.disconnect();
};

await (process.argv[2] === '--contestant' ? contestant(process.argv[3]) : contest());
