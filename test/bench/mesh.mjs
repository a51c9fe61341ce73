/**
 * Waggle in the secure layout: broker with the generated accounts, and each service an operating system process of its
 * own. `startMesh` has registry, coordinator and agent; `startAgentAlone` the agent only, given its tasks by the bench.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBroker } from '@waggle/broker';
import { brokerConfig, clientManifest, connectBus, newNkey, provision } from '@waggle/bus';
import { WaggleClient } from '@waggle/client';
import { createMessage, MESSAGE_TYPES, newId, subjects } from '@waggle/protocol';
import { FILL, shapes } from './jobs.mjs';
import { AGENT, manifest as agent, SKILL } from './noop-agent.mjs';
import { startProcess } from './processes.mjs';

const TENANT = 'default';
const root = fileURLToPath(new URL('../..', import.meta.url));
const agentMain = fileURLToPath(new URL('noop-agent.mjs', import.meta.url));
const mainOf = (app) => join(root, 'apps', app, 'dist', 'main.js');

const PROVISIONER = { name: 'provisioner', kind: 'core', provisions: true };
const CLIENT = clientManifest('client', TENANT);
/** Stands where the coordinator does: dispatches, and hears results. */
const DISPATCHER = { name: 'dispatcher', kind: 'core', publishes: ['task'], hears: ['result'], purges: ['INPUT'] };

const manifestOf = async (app) => (await import(join(root, 'apps', app, 'dist', 'index.js'))).service.manifest;

/** A broker with these let in, provisioned. */
const startLayout = async (binary, manifests, { storage, syncAlways = false } = {}) => {
  const all = [PROVISIONER, ...manifests];
  const keys = Object.fromEntries(all.map(({ name }) => [name, newNkey()]));
  const dir = await mkdtemp(join(tmpdir(), 'waggle-bench-'));
  const seedFile = (name) => join(dir, 'keys', `${name}.nk`);
  await mkdir(join(dir, 'keys'), { mode: 0o700 });
  for (const { name } of manifests) await writeFile(seedFile(name), keys[name].seed, { mode: 0o600 });
  const publicKeys = Object.fromEntries(all.map(({ name }) => [name, keys[name].publicKey]));
  const config = brokerConfig({ manifests: all, keys: publicKeys });
  const broker = await startBroker({ binary, dir: join(dir, 'broker'), config, ...(syncAlways && { sync: 'always' }) });
  await provision({ servers: broker.url, seed: keys[PROVISIONER.name].seed, manifests, storage, synced: syncAlways });
  return {
    broker,
    busFor: (manifest) => connectBus({ servers: broker.url, me: manifest.name, manifest, seed: keys[manifest.name].seed }),
    service: (name, file, flags) =>
      startProcess(file, {
        flags,
        ready: /"msg":"up"/,
        env: { NATS_URL: broker.url, NATS_NKEY_SEED_FILE: seedFile(name), WAGGLE_TENANT: TENANT, LOG_LEVEL: 'info' },
      }),
    stop: async () => {
      await broker.kill();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

const definitionOf = (name) => ({
  name,
  steps: shapes[name].map(({ id, needs }) => ({ id, skill: SKILL, input: FILL, ...(needs.length > 0 && { needs }) })),
});
const submissions = { one: { skill: SKILL, input: FILL } };
for (const name of ['steps3', 'fan100', 'dag']) submissions[name] = { definition: definitionOf(name) };

/** `flagsFor(service)`: more flags for its Node, as for a profile; `storage`: bytes for all streams; `syncAlways`: every write fsynced; `more`: manifests of others that will join. */
export const startMesh = async (binary, { flagsFor = () => [], more = [], ...broker } = {}) => {
  const apps = await Promise.all(['registry', 'coordinator'].map(async (app) => [app, await manifestOf(app)]));
  const layout = await startLayout(binary, [...apps.map(([, manifest]) => manifest), agent, CLIENT, ...more], broker);
  const services = await Promise.all([
    ...apps.map(([app]) => layout.service(app, mainOf(app), flagsFor(app))),
    layout.service(AGENT, agentMain, flagsFor(AGENT)),
  ]);
  const bus = await layout.busFor(CLIENT);
  const waiting = new Map();
  await bus.subscribe(subjects.outcome(TENANT, CLIENT.name, '*'), (message) => {
    const { flowId, state } = message.json().payload;
    waiting.get(flowId)?.(state);
    waiting.delete(flowId);
  });
  const client = new WaggleClient(bus, { tenant: TENANT });
  /** Resolves when it is stored. */
  const submit = async (payload, flowId = newId()) => {
    const message = createMessage({ type: MESSAGE_TYPES.submit, from: CLIENT.name, tenant: TENANT, correlationId: flowId, payload });
    await bus.publishOnce('SUBMIT', subjects.submit(TENANT, CLIENT.name, flowId), JSON.stringify(message));
  };
  /** Resolves when the flow has ended. */
  const run = async (payload, flowId = newId()) => {
    const ended = new Promise((resolve) => waiting.set(flowId, resolve));
    await submit(payload, flowId);
    const state = await ended;
    if (state !== 'COMPLETED') throw new Error(`a flow ended ${state}`);
  };
  const flow = (shape) => run(submissions[shape]);
  const viaClient = async (shape) => {
    const { flowId } = await client.submit(submissions[shape]);
    const { state } = await client.outcome(flowId);
    if (state !== 'COMPLETED') throw new Error(`a flow ended ${state}`);
  };
  return {
    flow,
    run,
    submit,
    /** One more process, of a service or agent that was let in. */
    service: layout.service,
    mainOf,
    /** A connection with the rights of a service. */
    busOf: (app) => layout.busFor(Object.fromEntries(apps)[app]),
    /** A connection of somebody in `more`. */
    busFor: layout.busFor,
    viaClient,
    services,
    /** Process ids by what they run. */
    parts: {
      asker: process.pid,
      broker: layout.broker.pid,
      ...Object.fromEntries(['registry', 'coordinator', AGENT].map((name, at) => [name, services[at].pid])),
    },
    pids: [process.pid, layout.broker.pid, ...services.map(({ pid }) => pid)],
    stop: async () => {
      await bus.close();
      await layout.stop();
    },
  };
};

/** `one()` puts a dispatch onto the agent's queue and resolves when its result is heard. */
export const startAgentAlone = async (binary, flags = []) => {
  const layout = await startLayout(binary, [agent, DISPATCHER]);
  const service = await layout.service(AGENT, agentMain, flags);
  const bus = await layout.busFor(DISPATCHER);
  const waiting = new Map();
  await bus.subscribe(subjects.result('*', AGENT, '*', '*', '*'), (message) => {
    const flowId = message.subject.split('.')[4];
    waiting.get(flowId)?.(message);
    waiting.delete(flowId);
  });
  const one = async () => {
    const flowId = newId();
    const heard = new Promise((resolve) => waiting.set(flowId, resolve));
    const payload = {
      flowId,
      taskId: 'task',
      attempt: 1,
      skill: SKILL,
      input: FILL,
      deadline: new Date(Date.now() + 60_000).toISOString(),
      owner: CLIENT.name,
    };
    const message = createMessage({ type: MESSAGE_TYPES.task, from: 'coordinator', tenant: TENANT, correlationId: flowId, payload });
    await bus.publishOnce('TASK', subjects.task(TENANT, AGENT, 'normal', flowId, 'task', 1), JSON.stringify(message));
    const { kind } = (await heard).json().payload;
    if (kind !== 'completed') throw new Error(`a task ended ${kind}`);
  };
  return {
    one,
    services: [service],
    pids: [process.pid, layout.broker.pid, service.pid],
    /** Nobody takes the copies of results here. */
    tidy: () => bus.purge('INPUT', '>'),
    stop: async () => {
      await bus.close();
      await layout.stop();
    },
  };
};
