/**
 * `node test/bench/scale.mjs [--open N] [--finished N] [--write]`: what a task costs in large flows, beside many open flows,
 * and over many finished ones. About ten minutes by default.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findBroker } from '@waggle/broker';
import { subjects } from '@waggle/protocol';
import { warmUp } from './contest.mjs';
import { cpuSeconds, latency, residentMb, throughput } from './measure.mjs';
import { startMesh } from './mesh.mjs';
import { SKILL } from './noop-agent.mjs';
import { machine, writeIntoPage } from './page.mjs';
import { endAll } from './processes.mjs';

const TENANT = 'default';
const STORAGE = 20 * 1024 ** 3;
const SIZES = [100, 1_000, 10_000];
const ROUNDS = 3;
const WIDTH = 256;

const { values } = parseArgs({
  options: {
    open: { type: 'string', default: '100000' },
    finished: { type: 'string', default: '1000000' },
    write: { type: 'boolean', default: false },
  },
});
const [open, finished] = [Number(values.open), Number(values.finished)];

const root = fileURLToPath(new URL('../..', import.meta.url));
const { path: binary } = await findBroker({ cacheDir: join(root, '.waggle', 'bin') });
const mesh = await startMesh(binary, { storage: STORAGE });

const many = async (count, one) => {
  let next = 0;
  await Promise.all(
    Array.from({ length: WIDTH }, async () => {
      for (let at = next++; at < count; at = next++) await one(at);
    }),
  );
};

/** One task, many times: medians of rounds. */
const price = async () => {
  const rounds = [];
  for (let n = 0; n < ROUNDS; n++) {
    const alone = await latency(200, () => mesh.flow('one'));
    const loaded = await throughput(5_000, () => mesh.flow('one'), { width: 128, pids: mesh.pids });
    rounds.push({ p50: alone.p50, rate: loaded.rate, cpu: loaded.cpuUs });
  }
  const middle = (key) => rounds.map((round) => round[key]).sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
  return {
    p50: middle('p50'),
    rate: middle('rate'),
    cpu: middle('cpu'),
    coordinator: residentMb(mesh.parts.coordinator),
    broker: residentMb(mesh.parts.broker),
  };
};

const definition = {
  name: 'big',
  budget: { tasks: 2 * Math.max(...SIZES) },
  steps: [{ id: 'each', skill: SKILL, forEach: '${{ input.list }}', input: { n: '${{ item }}' } }],
  output: true,
};

const largeFlows = async () => {
  const rows = [];
  for (const size of SIZES) {
    const cpu = cpuSeconds(mesh.pids);
    const began = performance.now();
    await mesh.run({ definition, input: { list: Array.from({ length: size }, (_, i) => i) } });
    const seconds = (performance.now() - began) / 1_000;
    rows.push(
      `| one flow of ${size} tasks | ${(size / seconds).toFixed(0)} tasks/s | ${(((cpuSeconds(mesh.pids) - cpu) / size) * 1e6).toFixed(0)} us |`,
    );
  }
  return rows;
};

/** Flows that wait for a timer: each has a log, a timer and a status. */
const openFlows = async (see) => {
  const waiting = { definition: { name: 'waits', budget: { time: '6d' }, steps: [{ id: 'pause', wait: { for: '5d' } }] } };
  await many(open, () => mesh.submit(waiting));
  const armed = async () => (await see.figures('TIMER')).messages;
  while ((await armed()) < open) await new Promise((resolve) => setTimeout(resolve, 500));
};

/** What finished flows leave for a week: their log and outcome, as small as they get. */
const finishedFlows = async (coordinator) => {
  const outcome = JSON.stringify({ type: 'waggle.outcome.v1', payload: { state: 'COMPLETED' } });
  await many(finished, async (at) => {
    await coordinator.publish(subjects.flow(TENANT, `finished-${at}`), '{"type":"waggle.transition.v1"}');
    await coordinator.publish(subjects.outcome(TENANT, 'client', `finished-${at}`), outcome);
  });
};

try {
  await warmUp(() => mesh.flow('one'));
  const large = await largeFlows();
  const see = await mesh.busOf('coordinator');
  const rows = [['empty', await price()]];
  await openFlows(see);
  rows.push([`${open} open flows`, await price()]);
  await finishedFlows(see);
  rows.push([`and ${finished} finished ones`, await price()]);
  await see.close();
  const first = rows[0][1];
  const ratio = (value, base) => `${(value / base).toFixed(2)} x`;
  const table = [
    '| one flow | rate | CPU a task |',
    '|---|---|---|',
    ...large,
    '',
    '| one task, beside | p50 | 128 in flight | CPU a task | to the empty mesh (p50, rate, CPU) | coordinator, broker resident |',
    '|---|---|---|---|---|---|',
    ...rows.map(
      ([name, { p50, rate, cpu, coordinator, broker }]) =>
        `| ${name} | ${p50.toFixed(2)} ms | ${rate.toFixed(0)}/s | ${cpu.toFixed(0)} us | ${ratio(p50, first.p50)}, ${ratio(rate, first.rate)}, ${ratio(cpu, first.cpu)} | ${coordinator.toFixed(0)} MB, ${broker.toFixed(0)} MB |`,
    ),
  ].join('\n');
  console.log(table);
  if (values.write) writeIntoPage('scale', `${machine(binary)}\n\n${table}`);
} finally {
  await mesh.stop();
  await endAll();
}
process.exit(0);
