/**
 * How long a quiet tenant's tasks take beside another tenant's flood: latencies alone, and beside a flood that keeps
 * many times the slots of the agent in flight. One broker with one account, all services in one process.
 *
 *   node test/bench/quiet-tenant.mjs [--flood 400] [--tasks 200] [--work 20ms]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findBroker, startBroker } from '@waggle/broker';
import { connectBus } from '@waggle/bus';
import { WaggleClient } from '@waggle/client';

const root = path.resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    flood: { type: 'string', default: '400' },
    tasks: { type: 'string', default: '200' },
    work: { type: 'string', default: '20ms' },
  },
});
const dir = await mkdtemp(path.join(tmpdir(), 'waggle-quiet-'));
const found = await findBroker({ cacheDir: path.join(root, '.waggle/bin') });
const broker = await startBroker({ binary: found.path, dir: path.join(dir, 'broker'), config: '' });
const up = spawn(process.execPath, [path.join(root, 'apps/cli/bin/waggle.js'), '--data', path.join(dir, 'mesh'), 'up', '--trusted'], {
  env: { ...process.env, WAGGLE_BROKER_URL: broker.url },
  stdio: ['ignore', 'ignore', 'pipe'],
});
let said = '';
up.stderr.setEncoding('utf8').on('data', (text) => (said += text));
while (!said.includes('ready in')) await delay(50);

const percentile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
const task = { skill: 'echo.echo', input: { delay: values.work } };

const clientOf = async (tenant) => {
  const bus = await connectBus({ servers: broker.url, me: `client-${tenant}`, trusted: true });
  return { bus, client: new WaggleClient(bus, { tenant }) };
};
const quiet = await clientOf('quiet');
const loud = await clientOf('loud');

const measure = async () => {
  const times = [];
  for (let n = 0; n < Number(values.tasks); n++) {
    const began = performance.now();
    const { flowId } = await quiet.client.submit(task);
    const { state } = await quiet.client.outcome(flowId);
    if (state === 'COMPLETED') times.push(performance.now() - began);
    await delay(20);
  }
  times.sort((a, b) => a - b);
  return { taken: times.length, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
};

await measure();
const alone = await measure();
let flooding = true;
let completed = 0;
let refused = 0;
const flood = Array.from({ length: Number(values.flood) }, async () => {
  while (flooding) {
    const { flowId } = await loud.client.submit(task);
    const { state, retryAfter } = await loud.client.outcome(flowId);
    if (state === 'COMPLETED') completed++;
    else {
      refused++;
      await delay(retryAfter ?? 100);
    }
  }
});
await delay(3_000);
const beside = await measure();
flooding = false;
await Promise.all(flood);
const round = ({ taken, p50, p99 }) => ({ taken, p50: Math.round(p50), p99: Math.round(p99) });
console.log(
  JSON.stringify({
    alone: round(alone),
    beside: round(beside),
    p99: Number((beside.p99 / alone.p99).toFixed(2)),
    flood: { completed, refused },
  }),
);
await Promise.all([quiet, loud].map(async ({ bus, client }) => (await client.close(), bus.close())));
up.kill('SIGTERM');
await once(up, 'exit');
await broker.stop();
await rm(dir, { recursive: true, force: true });
