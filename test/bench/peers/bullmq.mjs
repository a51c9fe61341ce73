/**
 * BullMQ on Redis. The asker adds a job or a flow and hears of its end by the event stream; the worker is a process:
 * `node bullmq.mjs worker FROM PORT`.
 */
import { FILL, layersOf, shapes } from '../jobs.mjs';
import { startProcess } from '../processes.mjs';
import { packagesOf } from './packages.mjs';
import { startServer } from './servers.mjs';

const SLOTS = 64;
/** The asker hears of jobs in OUTER only. */
const [INNER, OUTER] = ['inner', 'outer'];
const keep = { removeOnComplete: { count: 1000 }, removeOnFail: { count: 1000 } };
const layers = layersOf('dag');
const connectionTo = (port) => ({ host: '127.0.0.1', port, maxRetriesPerRequest: null });

const task = (name, children = []) => ({ name, queueName: INNER, data: { pad: FILL }, opts: keep, children });
const last = (id, name, children) => ({ name, queueName: OUTER, data: { pad: FILL }, opts: { ...keep, jobId: id }, children });

/** Tasks of a layer and the job behind them, which adds the next layer: a job of BullMQ has one parent, so a flow is a tree. */
const layer = (flow, at) => {
  const tasks = layers[at].map(({ id }) => task(id));
  if (at === layers.length - 1) return last(flow, 'end', tasks);
  return { name: 'next', queueName: INNER, data: { flow, next: at + 1 }, opts: { ...keep, jobId: `${flow}-${at}` }, children: tasks };
};

const flows = {
  steps3: (id) => last(id, 's2', [task('s1', [task('s0')])]),
  fan100: (id) =>
    last(
      id,
      'end',
      shapes.fan100.map(({ id: name }) => task(name)),
    ),
  dag: (id) => layer(id, 0),
};

const work = async (from, port) => {
  const { FlowProducer, Worker } = packagesOf(from)('bullmq');
  const connection = connectionTo(port);
  const producer = new FlowProducer({ connection });
  const run = async ({ name, data }) => {
    if (name === 'next') await producer.add(layer(data.flow, data.next));
    return { ok: true };
  };
  const workers = [INNER, OUTER].map((queue) => new Worker(queue, run, { connection, concurrency: SLOTS }));
  for (const worker of workers) worker.on('error', (error) => console.error(`bullmq: ${error.message}`));
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
};

const start = async ({ from, program, flags }) => {
  const redis = await startServer(program, {
    args: ({ dir, port }) => ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, ...flags],
    ready: /Ready to accept connections/,
  });
  const { FlowProducer, Queue, QueueEvents } = packagesOf(from)('bullmq');
  const connection = connectionTo(redis.port);
  const queue = new Queue(OUTER, { connection });
  const producer = new FlowProducer({ connection });
  const events = new QueueEvents(OUTER, { connection, lastEventId: '0-0' });
  const clients = [queue, producer, events];
  for (const client of clients) client.on('error', (error) => console.error(`bullmq: ${error.message}`));
  const waiting = new Map();
  const settle = (id, error) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error === undefined) resolve?.();
    else reject?.(new Error(`a job failed: ${error}`));
  };
  events.on('completed', ({ jobId }) => settle(jobId));
  events.on('failed', ({ jobId, failedReason }) => settle(jobId, failedReason));
  await Promise.all(clients.map((client) => client.waitUntilReady()));
  const worker = await startProcess(import.meta.filename, { args: ['worker', from, String(redis.port)] });
  let n = 0;
  const flow = async (shape) => {
    const id = `f${n++}`;
    const ended = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    if (shape === 'one') await queue.add('one', { pad: FILL }, { ...keep, jobId: id });
    else await producer.add(flows[shape](id));
    await ended;
  };
  return {
    flow,
    pids: [process.pid, worker.pid, redis.cpu],
    stop: () => Promise.all(clients.map((client) => client.close())),
  };
};

const peer = (durable, flags) => ({
  packages: ['bullmq', 'ioredis'],
  program: 'redis-server',
  get: 'redis-server is a package of most distributions',
  settings: `a worker process of ${SLOTS} slots; a DAG is a chain of flows, each added by the end of the one before; Redis ${durable}`,
  start: (found) => start({ ...found, flags }),
});

export const peers = {
  bullmq: peer('as shipped: snapshots now and then, so one that is killed loses what came since', []),
  'bullmq-everysec': peer('with its append-only file, fsynced each second: killed, it loses nothing; a machine without power, a second', [
    '--appendonly',
    'yes',
    '--appendfsync',
    'everysec',
    '--save',
    '',
  ]),
  'bullmq-always': peer('with its append-only file, fsynced before each answer', [
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
    '--save',
    '',
  ]),
};

const [, file, role, from, port] = process.argv;
if (file === import.meta.filename && role === 'worker') {
  await work(from, Number(port));
  console.log('READY');
}
