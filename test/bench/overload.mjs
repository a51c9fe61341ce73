/**
 * `node test/bench/overload.mjs [--seconds 60] [--write]`: ten times what an agent can do, asked for without a pause
 * and without waiting for answers. Whether the memory of those who carry it stays where it is, whether what is too much is
 * refused with a time to come again, whether all that was taken is done in the end, and how long a quiet tenant's tasks
 * take meanwhile. Secure layout, each service a process of its own.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findBroker } from '@waggle/broker';
import { agentManifest, clientManifest } from '@waggle/bus';
import { WaggleClient } from '@waggle/client';
import { createMessage, MESSAGE_TYPES, newId, subjects } from '@waggle/protocol';
import { residentMb } from './measure.mjs';
import { startMesh } from './mesh.mjs';
import { machine, writeIntoPage } from './page.mjs';
import { endAll } from './processes.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, write: { type: 'boolean', default: false } } });
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 10) throw new Error('--seconds takes a whole number of at least 10');

/** The agent has 64 slots: so it does 32 of these a second. */
const LOUD = { skill: 'echo.echo', input: { delay: '2s' } };
const QUIET = { skill: 'echo.echo', input: { delay: '100ms' } };
const SLOTS = 64;
const OFFERED = 10 * (SLOTS / 2);
const DEPTH = 500;
const TICK = 100;
const QUIET_TASKS = 200;
process.env.WAGGLE_QUEUE_DEPTH = String(DEPTH);

const { path: binary } = await findBroker({ cacheDir: fileURLToPath(new URL('../../.waggle/bin', import.meta.url)) });
const clients = ['loud', 'quiet'].map((tenant) => clientManifest(tenant, tenant));
const mesh = await startMesh(binary, { more: [agentManifest('echo'), ...clients] });
const percentile = (list, part) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))];

/** Outcomes of the loud tenant as they come. */
const taken = { asked: 0, completed: 0, refused: 0, others: 0, leastRetry: Infinity, mostRetry: 0 };
const ended = () => taken.completed + taken.refused + taken.others;
const loud = async () => {
  const bus = await mesh.busFor(clients[0]);
  await bus.subscribe(subjects.outcome('loud', 'loud', '*'), (message) => {
    const { state, errors, retryAfter } = message.json().payload;
    if (state === 'COMPLETED') taken.completed++;
    else if (errors?.[0]?.code === 'OVERLOADED' && retryAfter > 0) {
      taken.refused++;
      taken.leastRetry = Math.min(taken.leastRetry, retryAfter);
      taken.mostRetry = Math.max(taken.mostRetry, retryAfter);
    } else taken.others++;
  });
  const ask = () => {
    const flowId = newId();
    const message = createMessage({ type: MESSAGE_TYPES.submit, from: 'loud', tenant: 'loud', correlationId: flowId, payload: LOUD });
    return bus.publishOnce('SUBMIT', subjects.submit('loud', 'loud', flowId), JSON.stringify(message));
  };
  /** As much as is due by the clock, late or not. */
  const flood = async () => {
    const began = performance.now();
    while (performance.now() - began < seconds * 1_000) {
      const due = Math.floor(((performance.now() - began) / 1_000) * OFFERED) - taken.asked;
      taken.asked += due;
      await Promise.all(Array.from({ length: due }, ask));
      await delay(TICK);
    }
  };
  return { bus, flood };
};

const quiet = async () => {
  const bus = await mesh.busFor(clients[1]);
  const client = new WaggleClient(bus, { tenant: 'quiet' });
  const one = async () => {
    const began = performance.now();
    const { flowId } = await client.submit(QUIET);
    const { state } = await client.outcome(flowId);
    if (state !== 'COMPLETED') throw new Error(`a task of the quiet tenant ended ${state}`);
    return performance.now() - began;
  };
  /** One after the other, with a pause. */
  const measure = async (goesOn) => {
    const times = [];
    while (goesOn(times.length)) {
      times.push(await one());
      await delay(50);
    }
    return times;
  };
  return { bus, client, measure };
};

try {
  const agent = await mesh.service('echo', mesh.mainOf('agents/echo'));
  const [flooding, resting] = [await loud(), await quiet()];
  const pids = { coordinator: mesh.parts.coordinator, broker: mesh.parts.broker, agent: agent.pid };
  const memory = Object.fromEntries(Object.keys(pids).map((who) => [who, []]));
  await resting.measure((count) => count < 20);
  const alone = await resting.measure((count) => count < QUIET_TASKS);
  const before = Object.fromEntries(Object.entries(pids).map(([who, pid]) => [who, residentMb(pid)]));
  const sampling = setInterval(() => Object.entries(pids).forEach(([who, pid]) => memory[who].push(residentMb(pid))), 500);
  let over = false;
  const flood = flooding.flood().finally(() => (over = true));
  // the newcomer meets a queue that was filled before it came
  await delay(5_000);
  const beside = await resting.measure(() => !over);
  await flood;
  const at = performance.now();
  while (ended() < taken.asked && performance.now() - at < 120_000) await delay(100);
  const drained = (performance.now() - at) / 1_000;
  clearInterval(sampling);

  const verdict = (met) => (met ? 'met' : 'missed');
  const half = (list, of) => Math.max(...(of === 1 ? list.slice(0, list.length / 2) : list.slice(list.length / 2)));
  const memoryRows = Object.keys(pids).map((who) => {
    const [first, second] = [half(memory[who], 1), half(memory[who], 2)];
    return `| ${who} | ${before[who].toFixed(0)} MB | ${first.toFixed(0)} MB | ${second.toFixed(0)} MB |`;
  });
  const ms = (list) => [0.5, 0.99].map((part) => `${percentile(list, part).toFixed(0)} ms`).join(' / ');
  const ratio = percentile(beside, 0.99) / percentile(alone, 0.99);
  const asked = `${taken.asked} in ${seconds} s; the agent can do ${OFFERED / 10} a second`;
  const table = [
    '| what | is | goal |',
    '|---|---|---|',
    `| asked for | ${asked} |  |`,
    `| done | ${taken.completed} |  |`,
    `| refused with OVERLOADED, to come again after | ${taken.refused}, ${(taken.leastRetry / 1_000).toFixed(1)} to ${(taken.mostRetry / 1_000).toFixed(1)} s |  |`,
    `| neither, once the queue was worked off (${drained.toFixed(0)} s) | ${taken.asked - taken.completed - taken.refused} | 0: ${verdict(taken.asked === taken.completed + taken.refused)} |`,
    `| a quiet tenant's task of 100 ms alone, p50 / p99 | ${ms(alone)} |  |`,
    `| the same beside the flood (${beside.length}) | ${ms(beside)} | p99 ≤ 2 x alone: ${ratio.toFixed(2)} x, ${verdict(ratio <= 2)} |`,
    '',
    '| resident memory | before | most in the first half | most in the second |',
    '|---|---|---|---|',
    ...memoryRows,
  ].join('\n');
  console.log(table);
  if (values.write) writeIntoPage('overload', `${machine(binary)} Queue depth ${DEPTH}.\n\n${table}`);
  await Promise.all([resting.client.close(), flooding.bus.close()]);
  await resting.bus.close();
} finally {
  await endAll();
  await mesh.stop();
}
process.exit(0);
