// An agent as a process of its own, to be killed and stopped by tests. How it works on a task: the input's `do`.
import { setTimeout as sleep } from 'node:timers/promises';
import { agentManifest, AgentRuntime } from '@waggle/agent';
import { connectBus } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import { createLog, Metrics, Presence } from '@waggle/service';
import { beSeen } from '@waggle/testkit';

const [servers, instance, seed] = process.env.WORKER.split(' ');
const bus = await connectBus({ servers, me: 'worker', seed, manifest: agentManifest('worker') });
const log = await createLog({ service: 'worker', instance, level: 'silent' });
const presence = new Presence({ bus, log, instance, version: '1.0.0' });

// it dies once it is at work and its beats say so: what nobody knows it to hold, nobody hands back
const toDie = { atWork: false, told: false };
const dies = (what) => {
  toDie[what] = true;
  if (toDie.atWork && toDie.told) process.kill(process.pid, 'SIGKILL');
};
const publish = bus.publish.bind(bus);
bus.publish = async (subject, body, options) => {
  const stored = await publish(subject, body, options);
  if (subject === subjects.beat('worker', instance) && JSON.parse(body).payload.held.length > 0) dies('told');
  return stored;
};

const work = {
  card: { id: 'test.work', name: 'work', description: '', tags: [], timeout: 60_000 },
  checkInput: () => [],
  checkOutput: () => [],
  toInput: (value) => value,
  handle: async (input, ctx) => {
    if (input.do === 'die') dies('atWork');
    if (input.do === 'wait') ctx.progress(0.1, 'waiting');
    await sleep(input.for ?? 60_000, undefined, { signal: ctx.signal });
    return { by: instance };
  },
};
const definition = {
  name: 'worker',
  description: '',
  version: '1.0.0',
  slots: 2,
  maxWaiting: 2,
  priority: 0,
  capabilities: [],
  maxStarts: 3,
  skills: new Map([['test.work', work]]),
};
const runtime = new AgentRuntime({ bus, definition, instance, log, metrics: new Metrics('worker'), presence });
await runtime.start();
await beSeen(presence);
process.on('SIGTERM', async () => {
  await runtime.stop(0);
  await presence.stop();
  await bus.close();
});
