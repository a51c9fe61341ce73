/**
 * The two references, on a broker of their own, in account borders as Waggle has them:
 * W2, a raw durable work queue (task stored, result stored before the ack), and the bare recipe: Waggle's writes
 * (submission, log with expected sequence, task, result, outcome, acks) with nothing around them: no recovery, no
 * validation, no registry, no framework. `node reference.mjs ROLE URL` runs one role as a process.
 */
import { connect, headers } from '@nats-io/transport-node';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { FILL, shapes } from './jobs.mjs';

const PARTITIONS = 8;
const SLOTS = 64;

export const referenceConfig = `
accounts {
  MESH { jetstream: enabled
    users: [ { user: core, password: x } ]
    exports: [
      { service: "wg.*.submit.>" }, { service: "wg.*.result.>" }, { stream: "wg.*.outcome.>" }
      { service: "$JS.API.CONSUMER.MSG.NEXT.TASK.*", response_type: Stream, response_threshold: "40s" }
      { service: "$JS.API.CONSUMER.INFO.TASK.*" }, { service: "$JS.ACK.TASK.>" }
    ] }
  AGENTS { users: [ { user: agent, password: x } ]
    imports: [
      { service: { account: MESH, subject: "wg.*.result.>" } }
      { service: { account: MESH, subject: "$JS.API.CONSUMER.MSG.NEXT.TASK.*" }, to: "mesh.API.CONSUMER.MSG.NEXT.TASK.*" }
      { service: { account: MESH, subject: "$JS.API.CONSUMER.INFO.TASK.*" }, to: "mesh.API.CONSUMER.INFO.TASK.*" }
      { service: { account: MESH, subject: "$JS.ACK.TASK.>" } }
    ] }
  TENANT { users: [ { user: client, password: x } ]
    imports: [ { service: { account: MESH, subject: "wg.*.submit.>" } }, { stream: { account: MESH, subject: "wg.*.outcome.>" } } ] }
}
`;

const open = (url, user, role) => connect({ servers: url, user, pass: 'x', noAsyncTraces: true, inboxPrefix: `_INBOX.${role}` });

const expecting = (sequence) => {
  const set = headers();
  set.set('Nats-Expected-Last-Subject-Sequence', String(sequence));
  return set;
};

/** Publishes and waits for the acknowledgement over one inbox, without a timer or an Error for each. */
const publisher = (nc, role) => {
  const inbox = `_INBOX.${role}.${process.pid}`;
  const waiting = new Map();
  let n = 0;
  nc.subscribe(`${inbox}.*`, {
    callback: (_error, message) => {
      const key = message.subject.slice(inbox.length + 1);
      waiting.get(key)?.(message.string());
      waiting.delete(key);
    },
  });
  return (subject, body, set) =>
    new Promise((resolve, reject) => {
      const key = (n++).toString(36);
      waiting.set(key, (text) => (text.includes('"error"') ? reject(new Error(text)) : resolve(Number(/"seq":\s?(\d+)/.exec(text)?.[1]))));
      nc.publish(subject, body, { reply: `${inbox}.${key}`, headers: set });
    });
};

const roles = {
  async w2Worker(url) {
    const nc = await open(url, 'core', 'w2worker');
    const js = jetstream(nc);
    const consumer = await js.consumers.get('W2T', 'w');
    await consumer.consume({
      max_messages: 256,
      callback: async (message) => {
        await js.publish(`w2r.${message.subject.slice(4)}`, JSON.stringify({ ok: true, pad: FILL }));
        message.ack();
      },
    });
  },

  async worker(url) {
    const nc = await open(url, 'agent', 'worker');
    const publish = publisher(nc, 'worker');
    const consumer = await jetstream(nc, { apiPrefix: 'mesh.API', checkAPI: false }).consumers.get('TASK', 'w');
    const queue = [];
    let busy = 0;
    const work = async (message) => {
      busy++;
      const { flow, id } = message.json();
      const [, , , agent, , flowId, taskId, attempt] = message.subject.split('.');
      await publish(
        `wg.t.result.${agent}.${flowId}.${taskId}.${attempt}`,
        JSON.stringify({ flow, id, status: 'completed', output: { ok: true } }),
      );
      message.ack();
      busy--;
      const next = queue.shift();
      if (next) void work(next);
    };
    await consumer.consume({ max_messages: 256, callback: (message) => void (busy < SLOTS ? work(message) : queue.push(message)) });
  },

  async coordinator(url) {
    const nc = await open(url, 'core', 'coordinator');
    const publish = publisher(nc, 'coordinator');
    const flows = new Map();
    const dispatch = (flow, id) =>
      publish(`wg.t.task.a.normal.${flow.id}.${id}.1`, JSON.stringify({ flow: flow.id, id, type: 'noop', input: FILL }));
    const advance = async (flow) => {
      if (flow.busy) return;
      flow.busy = true;
      while (flow.inbox.length) {
        const batch = flow.inbox.splice(0);
        const ready = [];
        const events = [];
        for (const { result } of batch) {
          if (flow.done.has(result.id)) continue;
          flow.done.add(result.id);
          events.push(result);
          for (const next of flow.next.get(result.id) ?? []) {
            const left = flow.needs.get(next) - 1;
            flow.needs.set(next, left);
            if (!left) ready.push(next);
          }
        }
        const ended = flow.done.size === flow.total;
        flow.sequence = await publish(
          `wg.t.flow.${flow.id}`,
          JSON.stringify({ n: ++flow.n, events, commands: ready }),
          expecting(flow.sequence),
        );
        await Promise.all([
          ...ready.map((id) => dispatch(flow, id)),
          ended && publish(`wg.t.outcome.me.${flow.id}`, JSON.stringify({ state: 'COMPLETED', n: flow.total })),
        ]);
        for (const { message } of batch) message.ack();
        if (ended) flows.delete(flow.id);
      }
      flow.busy = false;
    };
    const submitted = async (message, id) => {
      const { tasks } = message.json();
      const flow = { id, n: 0, inbox: [], done: new Set(), total: tasks.length, needs: new Map(), next: new Map(), busy: true };
      flows.set(id, flow);
      for (const task of tasks) {
        flow.needs.set(task.id, task.needs.length);
        for (const need of task.needs) flow.next.set(need, [...(flow.next.get(need) ?? []), task.id]);
      }
      const first = tasks.filter((task) => !task.needs.length).map((task) => task.id);
      [flow.sequence] = await Promise.all([
        publish(`wg.t.flow.${id}`, JSON.stringify({ n: 0, definition: tasks, commands: first }), expecting(0)),
        ...first.map((task) => dispatch(flow, task)),
      ]);
      message.ack();
      flow.busy = false;
      await advance(flow);
    };
    const js = jetstream(nc);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const consumer = await js.consumers.get('INPUT', `c${partition}`);
      await consumer.consume({
        max_messages: 500,
        callback: (message) => {
          const [, , , flowId, kind] = message.subject.split('.');
          if (kind === 'submit') return void submitted(message, flowId);
          const flow = flows.get(flowId);
          if (!flow) return message.ack();
          flow.inbox.push({ result: message.json(), message });
          void advance(flow);
        },
      });
    }
  },
};

/** Streams of both references. */
export const prepareReference = async (url) => {
  const nc = await open(url, 'core', 'prepare');
  const jsm = await jetstreamManager(nc);
  const once = { max_msgs_per_subject: 1, discard: 'new', discard_new_per_subject: true };
  const base = { storage: 'file', allow_direct: true, duplicate_window: 1e8 };
  const consumer = { ack_policy: 'explicit', max_ack_pending: 5000, ack_wait: 30e9 };
  await jsm.streams.add({ name: 'SUBMIT', subjects: ['wg.*.submit.>'], ...base, ...once });
  await jsm.streams.add({ name: 'FLOW', subjects: ['wg.*.flow.>', 'wg.*.outcome.>'], ...base });
  await jsm.streams.add({ name: 'TASK', subjects: ['wg.*.task.>'], ...base, ...once });
  await jsm.streams.add({ name: 'RESULT', subjects: ['wg.*.result.>'], ...base, ...once });
  const target = `in.{{partition(${PARTITIONS},3)}}.{{wildcard(1)}}.{{wildcard(3)}}`;
  await jsm.streams.add({
    name: 'INPUT',
    ...base,
    sources: [
      { name: 'SUBMIT', subject_transforms: [{ src: 'wg.*.submit.*.*', dest: `${target}.submit.{{wildcard(2)}}` }] },
      {
        name: 'RESULT',
        subject_transforms: [{ src: 'wg.*.result.*.*.*.*', dest: `${target}.result.{{wildcard(2)}}.{{wildcard(4)}}.{{wildcard(5)}}` }],
      },
    ],
  });
  for (let p = 0; p < PARTITIONS; p++)
    await jsm.consumers.add('INPUT', { durable_name: `c${p}`, filter_subject: `in.${p}.>`, ...consumer });
  await jsm.streams.add({ name: 'W2T', subjects: ['w2t.*'], storage: 'file', retention: 'workqueue' });
  await jsm.streams.add({ name: 'W2R', subjects: ['w2r.*'], storage: 'file' });
  await jsm.consumers.add('TASK', { durable_name: 'w', ...consumer });
  await jsm.consumers.add('W2T', { durable_name: 'w', ...consumer });
  await nc.close();
};

/** A client of W2 with the stock client library: `one()` resolves when its result is heard. */
export const w2Client = async (url) => {
  const nc = await open(url, 'core', 'w2client');
  const js = jetstream(nc);
  const waiting = new Map();
  let n = 0;
  nc.subscribe('w2r.*', {
    callback: (_error, message) => {
      const key = message.subject.slice(4);
      waiting.get(key)?.();
      waiting.delete(key);
    },
  });
  const one = () => {
    const key = `q${process.pid}-${n++}`;
    return new Promise((resolve, reject) => {
      waiting.set(key, resolve);
      js.publish(`w2t.${key}`, JSON.stringify({ id: key, pad: FILL })).catch(reject);
    });
  };
  return { one, close: () => nc.close() };
};

/** A client of the recipe: `flow(shape)` resolves when its outcome is heard. */
export const recipeClient = async (url) => {
  const nc = await open(url, 'client', 'client');
  const publish = publisher(nc, 'client');
  const waiting = new Map();
  const bodies = Object.fromEntries(Object.entries(shapes).map(([name, tasks]) => [name, JSON.stringify({ tasks, pad: FILL })]));
  let n = 0;
  nc.subscribe('wg.t.outcome.me.*', {
    callback: (_error, message) => {
      const key = message.subject.slice(16);
      waiting.get(key)?.();
      waiting.delete(key);
    },
  });
  await nc.flush();
  const flow = (shape) => {
    const key = `f${process.pid}-${n++}`;
    return new Promise((resolve, reject) => {
      waiting.set(key, resolve);
      publish(`wg.t.submit.me.${key}`, bodies[shape]).catch(reject);
    });
  };
  return { flow, close: () => nc.close() };
};

const [, file, role, url] = process.argv;
if (file === import.meta.filename && role in roles) {
  await roles[role](url);
  console.log('READY');
}
