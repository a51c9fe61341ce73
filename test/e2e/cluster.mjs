/**
 * `node test/e2e/cluster.mjs [--faults N] [--seed S]`: three brokers, every stream on all of them, two of each service.
 * The leader of a stream is killed, paused or cut off from the others, N times each under load; then the logs and the
 * counted effects are checked. About 15 seconds a fault. Exit code 1 when anything is wrong.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findBroker } from '@waggle/broker';
import { brokerConfig, connectBus, newNkey, provision } from '@waggle/bus';
import { WaggleClient } from '@waggle/client';
import { newId } from '@waggle/protocol';
import { manifest as cli } from '../../apps/cli/dist/cli.manifest.js';
import { service as coordinator } from '../../apps/coordinator/dist/index.js';
import { service as registry } from '../../apps/registry/dist/index.js';
import { endAll, startProcess } from '../bench/processes.mjs';
import { service as counter } from './chaos/counter-agent/index.mjs';
import { chance } from './chaos/random.mjs';
import { checkLog, whatItWaitsFor } from './chaos/check-log.mjs';
import { Cluster } from './cluster/brokers.mjs';

const TENANT = 'default';
const GIB = 1024 ** 3;
const STREAMS = ['FLOW', 'INPUT', 'TASK', 'RESULT', 'SUBMIT', 'TIMER'];
const FAULTS = ['kill', 'pause', 'partition'];
const IN_FLIGHT = 10;
const TASKS = 5;
/** Milliseconds that a fault lasts, at least and more. */
const LASTS = { least: 1_000, more: 3_000 };
/** Between the end of one fault and the next: the cluster must be whole again. */
const CALM = 4_000;
/** Between probes while nothing ends. */
const PROBE = 500;
const END = 120_000;
/** Refusals of all flows together: more are counted as wrong. */
const MOST_REFUSED = 1_000;

const { values: options } = parseArgs({
  options: { faults: { type: 'string', default: '3' }, seed: { type: 'string', default: String(Date.now() % 100_000) } },
});
const faults = Number(options.faults);
if (!Number.isInteger(faults) || faults < 1) throw new Error('--faults must be a whole number of at least 1');
const random = chance(options.seed, 'cluster');

const root = fileURLToPath(new URL('../..', import.meta.url));
const PROVISIONER = { name: 'provisioner', kind: 'core', provisions: true };
/** Sees who leads, as an operator would. */
const manifests = [registry.manifest, coordinator.manifest, counter.manifest, cli];

const definition = {
  name: 'count',
  budget: { time: '5m', tasks: 100 },
  steps: [
    {
      id: 'count',
      skill: 'counter.count',
      forEach: '${{ input.items }}',
      input: { item: '${{ item }}', work: 40 },
      retry: { attempts: 5, backoff: 'fixed', initial: '200ms', max: '1s' },
    },
  ],
};
const items = Array.from({ length: TASKS }, (_, i) => i);

/** Flows one after another on so many lanes, until told to stop. A lane may wait for the ack wait of a task that a fault swallowed. */
class Load {
  /** Milliseconds that each flow took. */
  took = [];
  ids = [];
  wrong = [];
  refused = 0;
  /** Ended, and not looked at yet. */
  #unchecked = [];
  #stopping = false;
  #lanes;

  #open = new Set();

  constructor(client, bus) {
    this.client = client;
    this.bus = bus;
    this.#lanes = Array.from({ length: IN_FLIGHT }, () => this.#lane());
  }

  async #lane() {
    while (!this.#stopping) await this.one();
  }

  /** A flow from its submission to its end. */
  one() {
    const ending = this.#one().finally(() => this.#open.delete(ending));
    this.#open.add(ending);
    return ending;
  }

  async #one() {
    const began = performance.now();
    for (let wait; (wait = await this.#refused()) !== undefined;) await delay(wait);
    this.took.push(performance.now() - began);
  }

  /** One try, under a new id. Milliseconds after which it is to come again, where the mesh was behind and refused it. */
  async #refused() {
    const { client, bus } = this;
    const flowId = newId();
    try {
      await submitted(client, flowId);
      const { state, errors, retryAfter } = await client.outcome(flowId, { timeout: END });
      if (errors?.[0]?.code === 'OVERLOADED' && this.refused++ < MOST_REFUSED) return retryAfter;
      if (state !== 'COMPLETED') this.wrong.push(`flow ${flowId}: ${state} ${JSON.stringify(errors)}`);
    } catch (error) {
      this.wrong.push(`flow ${flowId}: ${error.message} ${await whatItWaitsFor(bus, flowId).catch(String)}`);
    }
    this.ids.push(flowId);
    this.#unchecked.push(flowId);
    return undefined;
  }

  /** Looks at the logs of what has ended: not at the end of all, for ten minutes after a flow its results are removed. */
  async check() {
    for (const flowId of this.#unchecked.splice(0)) {
      const mistakes = await checkLog(this.bus, flowId);
      this.wrong.push(...mistakes.map((mistake) => `flow ${flowId}: ${mistake}`));
    }
  }

  async stop() {
    this.#stopping = true;
    await Promise.all(this.#lanes);
    await Promise.all(this.#open);
  }
}

/** As a user would: what was not acknowledged is submitted again, under the same id. */
const submitted = async (client, flowId) => {
  for (const until = performance.now() + END; ;) {
    try {
      return await client.submit({ definition, input: { items } }, { flowId });
    } catch (error) {
      if (performance.now() > until) throw error;
      await delay(200);
    }
  }
};

/** Until a flow that begins now has ended: one that is not done soon is left to itself, and another begun. */
const resumed = async (load) => {
  const began = performance.now();
  const probe = new AbortController();
  const first = new Promise((resolve) => probe.signal.addEventListener('abort', resolve, { once: true }));
  while (!probe.signal.aborted && performance.now() - began < END) {
    load.one().then(() => probe.abort());
    await Promise.race([first, delay(PROBE)]);
  }
  return performance.now() - began;
};

const percentile = (values, part) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];

const { path: binary } = await findBroker({ cacheDir: path.join(root, '.waggle', 'bin') });
const dir = await mkdtemp(path.join(tmpdir(), 'waggle-cluster-'));
let cluster;
let bus;
let failed = true;
try {
  const all = [PROVISIONER, ...manifests];
  const keys = Object.fromEntries(all.map(({ name }) => [name, newNkey()]));
  const config = brokerConfig({ manifests: all, keys: Object.fromEntries(all.map(({ name }) => [name, keys[name].publicKey])) });
  cluster = await Cluster.start({ binary, dir, config, storage: 4 * GIB });
  await provision({ servers: cluster.url, seed: keys[PROVISIONER.name].seed, manifests, replicas: 3, storage: 2 * GIB });
  await mkdir(path.join(dir, 'keys'), { mode: 0o700 });
  for (const { name } of manifests) await writeFile(path.join(dir, 'keys', `${name}.nk`), keys[name].seed, { mode: 0o600 });
  const effects = path.join(dir, 'effects');
  await writeFile(effects, '');
  const service = (name, file, at) =>
    startProcess(path.join(root, file), {
      ready: /"msg":"up"/,
      quiet: true,
      env: {
        NATS_URL: cluster.urlOf(at),
        NATS_NKEY_SEED_FILE: path.join(dir, 'keys', `${name}.nk`),
        WAGGLE_TENANT: TENANT,
        LOG_LEVEL: 'info',
        CHAOS_EFFECTS: effects,
      },
    });
  await Promise.all(
    [0, 1].flatMap((at) => [
      service('registry', 'apps/registry/dist/main.js', at),
      service('coordinator', 'apps/coordinator/dist/main.js', at + 1),
      service('counter', 'test/e2e/chaos/counter-agent/main.mjs', 2 - at),
    ]),
  );
  bus = await connectBus({ servers: cluster.url, me: cli.name, manifest: cli, seed: keys[cli.name].seed });
  const client = new WaggleClient(bus, { tenant: TENANT });
  const load = new Load(client, bus);
  while (load.took.length < 2 * IN_FLIGHT) await delay(100);

  const resumes = [];
  for (let round = 0; round < faults; round++) {
    for (const fault of FAULTS) {
      const stream = random.pick(STREAMS);
      const leader = (await bus.figures(stream)).leader;
      const { heal } = await cluster[fault](cluster.at(leader));
      const back = resumed(load);
      await delay(LASTS.least + random.real() * LASTS.more);
      await heal();
      const after = await back;
      await delay(CALM);
      await load.check();
      resumes.push({ fault, after });
      console.log(
        `${resumes.length}/${FAULTS.length * faults} ${fault} of ${leader}, leader of ${stream}: went on after ${Math.round(after)} ms; ${load.took.length} flows`,
      );
    }
  }
  await load.stop();
  await load.check();
  await client.close();

  const counts = new Map();
  for (const key of (await readFile(effects, 'utf8')).split('\n').filter(Boolean)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const wrong = [...load.wrong];
  for (const flowId of load.ids) {
    const missing = items.filter((item) => !counts.has(`${flowId}/count-${item}`));
    if (missing.length > 0) wrong.push(`flow ${flowId}: no effect of ${missing.join()}`);
  }
  const repeated = [...counts.values()].filter((n) => n > 1).length;
  console.log(`\n| fault | times | new flows end again after: p50 | p99 | most |\n|---|---|---|---|---|`);
  for (const fault of FAULTS) {
    const own = resumes.filter((each) => each.fault === fault).map(({ after }) => after);
    const shown = [percentile(own, 0.5), percentile(own, 0.99), Math.max(...own)].map((ms) => `${(ms / 1000).toFixed(1)} s`);
    console.log(`| ${fault} | ${own.length} | ${shown.join(' | ')} |`);
  }
  console.log(
    `\nseed ${options.seed}: ${load.ids.length} flows, ${load.ids.length * TASKS} tasks, ${repeated} run more than once, ${load.refused} refused for a time, ${wrong.length} wrong`,
  );
  for (const each of wrong.slice(0, 20)) console.log(`WRONG ${each}`);
  failed = wrong.length > 0;
} finally {
  await bus?.close();
  await endAll();
  await cluster?.stop();
  if (failed) console.error(`what the brokers stored and logged lies in ${dir}`);
  else await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}
process.exit(failed ? 1 : 0);
