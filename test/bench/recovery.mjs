/**
 * `node test/bench/recovery.mjs [--rounds N] [--write]`: how long work waits when who did it dies. An agent's instance is
 * killed with -9 while it holds a task: until another runs it. One of two coordinators is killed: the longest a flow took
 * around it. And what a second coordinator costs under a fan-out. About five seconds a round.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findBroker } from '@waggle/broker';
import { newId } from '@waggle/protocol';
import { AGENT, HOLD, service as holder, SKILL } from './holder-agent.mjs';
import { throughput } from './measure.mjs';
import { startMesh } from './mesh.mjs';
import { machine, writeIntoPage } from './page.mjs';
import { endAll, endProcess } from './processes.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' }, write: { type: 'boolean', default: false } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number of at least 1');

const root = fileURLToPath(new URL('../..', import.meta.url));
const holderMain = fileURLToPath(new URL('holder-agent.mjs', import.meta.url));
const { path: binary } = await findBroker({ cacheDir: join(root, '.waggle', 'bin') });
const dir = await mkdtemp(join(tmpdir(), 'waggle-recovery-'));
const notes = join(dir, 'notes');
await writeFile(notes, '');
process.env.HOLDER_NOTES = notes;

const startsOf = async (key) =>
  (await readFile(notes, 'utf8'))
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([of]) => of === key)
    .map(([, pid, at]) => ({ pid: Number(pid), at: Number(at) }));

const until = async (look) => {
  for (;;) {
    const found = await look();
    if (found) return found;
    await delay(2);
  }
};

const sorted = (list) => [...list].sort((a, b) => a - b);
const part = (list, of) => sorted(list)[Math.min(list.length - 1, Math.floor(list.length * of))];

const mesh = await startMesh(binary, { more: [holder.manifest] });

/** An instance that holds a task for long enough to have said so dies: milliseconds until another one runs it. */
const killAgents = async () => {
  const waits = [];
  const instances = new Map();
  const add = async () => {
    const child = await mesh.service(AGENT, holderMain);
    instances.set(child.pid, child);
  };
  await add();
  await add();
  for (let n = 0; n < rounds; n++) {
    const flowId = newId();
    const ended = mesh.run({ skill: SKILL, input: {} }, flowId);
    const [{ pid }] = await until(async () => ((all) => all.length > 0 && all)(await startsOf(`${flowId}/task`)));
    await delay(HOLD / 2);
    const killed = Date.now();
    process.kill(pid, 'SIGKILL');
    instances.delete(pid);
    const again = await until(async () => (await startsOf(`${flowId}/task`)).find((start) => start.pid !== pid));
    waits.push(again.at - killed);
    await ended;
    await add();
  }
  for (const child of instances.values()) await endProcess(child);
  return waits;
};

/** Flows all the time while one of two coordinators is killed and replaced: the longest of each round, in milliseconds. */
const killCoordinators = async () => {
  const longest = [];
  const second = await mesh.service('coordinator', mesh.mainOf('coordinator'));
  const standing = [mesh.services[1], second];
  for (let n = 0; n < rounds; n++) {
    await delay(1_500);
    const took = [];
    let stop = false;
    const lanes = Array.from({ length: 8 }, async () => {
      while (!stop) {
        const began = performance.now();
        await mesh.flow('one');
        took.push(performance.now() - began);
        await delay(20);
      }
    });
    await delay(200);
    const victim = standing.shift();
    await endProcess(victim, 'SIGKILL');
    await delay(1_500);
    stop = true;
    await Promise.all(lanes);
    longest.push(Math.max(...took));
    standing.push(await mesh.service('coordinator', mesh.mainOf('coordinator')));
  }
  await endProcess(standing.pop());
  await delay(4_000);
  return { longest, last: standing[0] };
};

const fanOut = (pids) => throughput(40, () => mesh.flow('fan100'), { width: 8, pids, per: 100 });

try {
  const waits = await killAgents();
  const { longest, last } = await killCoordinators();
  const pids = (...coordinators) => [process.pid, mesh.parts.broker, mesh.parts.noop, ...coordinators.map(({ pid }) => pid)];
  await fanOut(pids(last));
  const one = await fanOut(pids(last));
  const other = await mesh.service('coordinator', mesh.mainOf('coordinator'));
  await delay(4_000);
  await fanOut(pids(last, other));
  const two = await fanOut(pids(last, other));
  const verdict = (met) => (met ? 'met' : 'missed');
  const ms = (list) => [0.5, 0.99, 1].map((of) => `${part(list, of).toFixed(0)} ms`).join(' / ');
  const perCore = one.cpuUs / two.cpuUs;
  const table = [
    `| what (${rounds} kills each) | p50 / p99 / most | goal, p99 |`,
    '|---|---|---|',
    `| agent's instance killed: its task runs again | ${ms(waits)} | ≤ 100 ms: ${verdict(part(waits, 0.99) <= 100)} |`,
    `| one of two coordinators killed: the longest flow around it | ${ms(longest)} | ≤ 3 s: ${verdict(part(longest, 0.99) <= 3_000)} |`,
    '',
    '| fan-out of 100, 8 at once | tasks/s | CPU a task |',
    '|---|---|---|',
    `| one coordinator | ${one.rate.toFixed(0)} | ${one.cpuUs.toFixed(0)} us |`,
    `| two | ${two.rate.toFixed(0)} | ${two.cpuUs.toFixed(0)} us |`,
    `| rate per core of two to that of one | ${perCore.toFixed(2)} x | ≥ 0.9: ${verdict(perCore >= 0.9)} |`,
  ].join('\n');
  console.log(table);
  if (values.write) writeIntoPage('recovery', `${machine(binary)}\n\n${table}`);
} finally {
  await endAll();
  await mesh.stop();
  await rm(dir, { recursive: true, force: true });
}
process.exit(0);
