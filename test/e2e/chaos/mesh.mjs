/** A mesh of real processes to be killed: started by `waggle up --processes`, ended with this process however that ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { guard } from '@waggle/broker';
import { connectBus } from '@waggle/bus';
import { WaggleClient } from '@waggle/client';
import { subjects } from '@waggle/protocol';
import { manifest } from '../../../apps/cli/dist/cli.manifest.js';

export const ROOT = path.resolve(import.meta.dirname, '../../..');
export const TENANT = 'default';
const CORE = ['coordinator', 'registry', 'sessions'];
const START = 60_000;
const BACK = 30_000;
const STOP = 40_000;

const within = async (time, what, work) => {
  const giveUp = new AbortController();
  const late = delay(time, undefined, { signal: giveUp.signal }).then(() => {
    throw new Error(`${what}: not within ${time / 1000} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    giveUp.abort();
    late.catch(() => undefined);
  }
};

/** Ours alone: what a user's shell says of another mesh is not passed on. */
const environment = (more) => {
  const own = Object.entries(process.env).filter(([name]) => !/^(NATS|WAGGLE|CHAOS)_/.test(name));
  return { ...Object.fromEntries(own), ...more };
};

const start = (args, env) => {
  const child = spawn(process.execPath, args, { cwd: ROOT, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const release = guard(child.pid, 30);
  child.once('exit', release);
  return child;
};

const end = async (child, signal) => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await within(STOP, `process ${child.pid} did not end`, ended).finally(() => child.kill('SIGKILL'));
};

export class ChaosMesh {
  #up;
  /** Service → process id, as `up` tells of them. */
  #pids = new Map();
  #waiting = new Set();
  #added = new Set();
  #said = [];

  /** `mains`: what instances of agents outside the repository's folders start with; `env`: for all. */
  constructor({ folder, mains = {}, env = {} }) {
    Object.assign(this, { folder, mains, env });
  }

  static async start({ folder, agents, env, mains }) {
    const mesh = new ChaosMesh({ folder, mains, env });
    await mesh.#start(agents, env).catch(async (error) => {
      await mesh.stop();
      throw error;
    });
    return mesh;
  }

  get services() {
    return [...this.#pids.keys()];
  }

  async #start(agents, env) {
    const args = ['apps/cli/bin/waggle.js', '--data', this.folder, '--json', 'up', '--processes'];
    this.#up = start([...args, ...agents.flatMap((agent) => ['--agent', agent])], env);
    this.#up.stderr.setEncoding('utf8').on('data', (text) => this.#said.push(text));
    const ready = new Promise((resolve, reject) => {
      createInterface({ input: this.#up.stdout }).on('line', (line) => {
        const event = JSON.parse(line);
        if (event.ready) resolve(event.ready.url);
        if (event.up) this.#heard(event.up);
      });
      this.#up.once('exit', (code) => reject(new Error(`up ended with ${code}:\n${this.#said.join('')}`)));
    });
    this.url = await within(START, 'the mesh did not start', ready);
    const seed = (await readFile(path.join(this.folder, 'keys', `${manifest.name}.nk`), 'utf8')).trim();
    this.bus = await connectBus({ servers: this.url, me: manifest.name, manifest, seed });
    this.client = new WaggleClient(this.bus, { tenant: TENANT });
  }

  #heard({ name, pid }) {
    this.#pids.set(name, pid);
    for (const look of this.#waiting) look();
  }

  /** Kills a service, or the broker, with -9. `back` resolves when another process has taken its place. */
  async kill(name) {
    if (name === 'broker') return this.#killBroker();
    const old = this.#pids.get(name);
    process.kill(old, 'SIGKILL');
    const back = new Promise((resolve) => {
      const look = () => {
        if (this.#pids.get(name) === old) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
    return { back: within(BACK, `${name} did not come back`, back) };
  }

  async #killBroker() {
    const old = await this.#brokerPid();
    process.kill(old, 'SIGKILL');
    const back = async () => {
      // its file is written once it serves
      while ((await this.#brokerPid().catch(() => old)) === old) await delay(20);
    };
    return { back: within(BACK, 'the broker did not come back', back()) };
  }

  async #brokerPid() {
    return JSON.parse(await readFile(path.join(this.folder, 'data', 'broker.pid'), 'utf8')).broker.pid;
  }

  /** One more instance of a service beside that of the mesh, with the same key. */
  async addInstance(name) {
    const child = start([this.mains[name] ?? path.join(ROOT, CORE.includes(name) ? 'apps' : 'apps/agents', name, 'dist/main.js')], {
      ...this.env,
      NATS_URL: this.url,
      NATS_NKEY_SEED_FILE: path.join(this.folder, 'keys', `${name}.nk`),
      WAGGLE_TENANT: TENANT,
      LOG_LEVEL: 'warn',
    });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log = (log + text).slice(-4_000)));
    this.#added.add(child);
    const heard = async () => {
      for (;;) {
        if (child.exitCode !== null) throw new Error(`a second ${name} ended with ${child.exitCode}:\n${log}`);
        const cards = await this.bus.read('BEAT', subjects.card(name, '*'), { lastPerSubject: true });
        if (cards.some((card) => card.json().payload.pid === child.pid)) return;
        await delay(50);
      }
    };
    try {
      await within(START, `a second ${name} was not heard of`, heard());
    } catch (error) {
      await this.killInstance(child);
      throw error;
    }
    return child;
  }

  /** Kills an instance that was added with -9; nobody takes its place. */
  async killInstance(child) {
    this.#added.delete(child);
    await end(child, 'SIGKILL');
  }

  /** Holds a process as a stalled machine would; `resume` lets it go on, as a zombie. */
  async pause(name) {
    const pid = name === 'broker' ? await this.#brokerPid() : this.#pids.get(name);
    process.kill(pid, 'SIGSTOP');
    return { resume: () => process.kill(pid, 'SIGCONT') };
  }

  /** Kills one of the coordinators, whichever `choose` picks; another takes its place. */
  async killCoordinator(choose) {
    const victim = choose(['the mesh’s own', ...this.#added]);
    if (!this.#added.has(victim)) return this.kill('coordinator');
    this.#added.delete(victim);
    await end(victim, 'SIGKILL');
    return { back: this.addInstance('coordinator') };
  }

  async removeInstances() {
    const all = [...this.#added];
    this.#added.clear();
    await Promise.all(all.map((child) => end(child, 'SIGTERM')));
  }

  /** Every process ended: gracefully, and by force what does not. */
  async stop() {
    try {
      await this.removeInstances();
      await this.client?.close();
      await this.bus?.close();
    } finally {
      if (this.#up !== undefined) await end(this.#up, 'SIGTERM');
    }
  }
}
