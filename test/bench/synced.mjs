/**
 * `node test/bench/synced.mjs [--rounds N] [--quick] [--write]`: Waggle with every write synced to disk before it is acknowledged, beside W2 on
 * such a broker and Waggle on one that syncs every two minutes, in rounds that take turns. Part of `npm run bench`.
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findBroker } from '@waggle/broker';
import { warmUp } from './contest.mjs';
import { countLess, counts } from './jobs.mjs';
import { latency, median, throughput } from './measure.mjs';
import { startMesh } from './mesh.mjs';
import { machine, writeIntoPage } from './page.mjs';
import { endAll } from './processes.mjs';
import { startReference } from './reference-run.mjs';

const GOAL = 4_000;
const WIDTH = 60;

/** What one sync of the disk takes: p50 in milliseconds of 200 short writes to the end of a file, one after another. */
const syncOfDisk = () => {
  const dir = mkdtempSync(join(tmpdir(), 'waggle-bench-'));
  const file = openSync(join(dir, 'file'), 'a');
  const line = Buffer.alloc(400, 'x');
  const times = Array.from({ length: 200 }, () => {
    const from = performance.now();
    writeSync(file, line);
    fsyncSync(file);
    return performance.now() - from;
  });
  closeSync(file);
  rmSync(dir, { recursive: true });
  return median(times);
};

const flowsOf = async ({ flow, pids }) => ({
  dags: await throughput(2 * counts.dags, () => flow('dag'), { width: WIDTH, pids, per: 100 }),
  fan100: await latency(counts.fan100, () => flow('fan100')),
  one: await latency(counts.one, () => flow('one')),
});

const ROWS = [
  ['60 DAGs at once, tasks', (r) => r.dags.rate, (w2) => w2.rate.rate, (value) => `${(value / 1000).toFixed(1)} k/s`],
  ['the same, CPU a task', (r) => r.dags.cpuUs, (w2) => w2.rate.cpuUs, (value) => `${value.toFixed(0)} us`],
  ['fan-out 100, p50', (r) => r.fan100.p50, (w2) => w2.one.p50, (value) => `${value.toFixed(1)} ms`],
  ['one task through the engine, p50', (r) => r.one.p50, (w2) => w2.one.p50, (value) => `${value.toFixed(1)} ms`],
];

const tableOf = (rounds) => {
  const over = (value) => median(rounds.map(value));
  const lines = [
    '| job | W2, synced | Waggle, synced | to W2, synced | Waggle, not synced | synced to not synced |',
    '|---|---|---|---|---|---|',
  ];
  for (const [job, of, w2Of, show] of ROWS) {
    const toW2 = over((r) => of(r.synced) / w2Of(r.w2));
    const toNot = over((r) => of(r.synced) / of(r.mesh));
    const cells = [over((r) => w2Of(r.w2)), over((r) => of(r.synced))].map(show);
    lines.push(`| ${[job, ...cells, `${toW2.toFixed(2)} x`, show(over((r) => of(r.mesh))), `${toNot.toFixed(2)} x`].join(' | ')} |`);
  }
  const rate = over((r) => r.synced.dags.rate);
  lines.push('', `Goal: ${GOAL / 1000} k tasks/s with every write synced: ${rate >= GOAL ? 'met' : 'not met in this run'}.`);
  return lines.join('\n');
};

/** Runs it and prints the table; `write`: into docs/benchmarks.md too. */
export const benchSynced = async ({ binary, rounds: wanted, write }) => {
  const running = [];
  const kept = async (starting) => {
    const contestant = await starting;
    running.push(contestant);
    return contestant;
  };
  try {
    const reference = await kept(startReference(binary, { syncAlways: true }));
    const synced = await kept(startMesh(binary, { syncAlways: true }));
    const mesh = await kept(startMesh(binary));
    for (const one of [reference.w2.one, () => synced.flow('one'), () => mesh.flow('one')]) await warmUp(one);
    const rounds = [];
    for (let n = 0; n < wanted; n++) {
      const { w2 } = reference;
      rounds.push({
        disk: syncOfDisk(),
        w2: { one: await latency(counts.one, w2.one), rate: await throughput(counts.rate, w2.one, { width: 128, pids: w2.pids }) },
        synced: await flowsOf(synced),
        mesh: await flowsOf(mesh),
      });
      console.error(`every write synced: round ${n + 1} of ${wanted}`);
    }
    const disk = median(rounds.map((round) => round.disk)).toFixed(2);
    const table = `${tableOf(rounds)}\n\nOne sync of this disk, after 400 bytes: ${disk} ms.`;
    console.log(table);
    if (write)
      writeIntoPage('synced', `${machine(binary)} Medians of ${wanted} rounds; ratios are medians of each round's own.\n\n${table}`);
  } finally {
    await endAll();
    await Promise.all(running.map((contestant) => contestant.stop()));
  }
};

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number of at least 1');
  if (values.quick) countLess();
  const { path: binary } = await findBroker({ cacheDir: join(fileURLToPath(new URL('../..', import.meta.url)), '.waggle', 'bin') });
  await benchSynced({ binary, rounds, write: values.write });
  process.exit(0);
}
