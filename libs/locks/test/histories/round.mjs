/** One round: processes that lock, what befalls them, and what the broker stored meanwhile. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { proxy } from '@waggle/testkit';

const random = (n) => Math.floor(Math.random() * n);
const pick = (list) => list[random(list.length)];
const QUIET = 1_500;
/** Milliseconds after which a process, or the broker, counts as having stood still: a machine with too much to do is no fault. */
const SLOW = 500;
/** And for so long things may be late. */
const RECOVERY = 1_000;

class Worker {
  constructor(options) {
    this.options = options;
    this.start();
  }

  start() {
    this.generation = (this.generation ?? 0) + 1;
    this.name = `${this.options.name}_${this.generation}`;
    const env = { ...process.env, NODE_OPTIONS: '', WORKER: JSON.stringify({ ...this.options, name: this.name }) };
    this.child = fork(join(import.meta.dirname, 'worker.mjs'), { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.exited = once(this.child, 'exit');
    this.ready = Promise.race([once(this.child, 'message'), this.exited]);
    this.child.on('error', () => undefined);
  }
}

/** What may happen; each says how long it lasted. */
const MISHAPS = {
  kill: async ({ workers, dead }) => {
    const worker = pick(workers);
    worker.child.kill('SIGKILL');
    await worker.exited;
    dead.set(worker.name, Date.now());
    worker.start();
    // until it is there again nothing can be noticed
    await sleep(300);
  },
  pause: async ({ workers }) => {
    const { child } = pick(workers);
    child.kill('SIGSTOP');
    await sleep(200 + random(4_000));
    child.kill('SIGCONT');
  },
  cut: async ({ proxies }) => {
    const one = pick(proxies);
    one.cut();
    await sleep(100 + random(2_500));
    one.heal();
  },
  stall: async ({ proxies }) => {
    const one = pick(proxies);
    one.stall(pick(['both', 'answers']));
    await sleep(100 + random(2_000));
    one.heal();
  },
  loseAnswers: async ({ proxies }) => {
    const one = pick(proxies);
    one.loseAnswers();
    await sleep(50 + random(500));
    one.heal();
  },
  broker: async ({ broker }) => {
    await broker.kill();
    await sleep(random(500));
    await broker.restart();
    await sleep(500);
  },
  clock: async ({ workers }) => {
    pick(workers).child.send({ jump: (random(48) - 24) * 3_600_000 }, () => undefined);
  },
};

export const mishapNames = Object.keys(MISHAPS);

/** Runs it and gives, for each scope, what `checkScope` wants; `counts` counts what befell. */
export const round = async ({ broker, observer, dir, run, seconds, scopes: howMany, processes, fault, counts, only, calm }) => {
  const scopes = Array.from({ length: howMany }, (_, i) => `r${run}s${i}`);
  const records = new Map(scopes.map((scope) => [scope, []]));
  const heard = await observer.subscribe('wgm.kv.LOCKS.t.>', (message) => {
    const list = records.get(message.subject.split('.').at(-1));
    if (!list) return;
    list.push({
      sequence: Number(message.header('Nats-Sequence')),
      previous: Number(message.header('Nats-Last-Sequence') ?? 0),
      time: Date.parse(message.header('Nats-Time-Stamp')),
      entries: message.body.length ? message.json().entries : [],
    });
  });
  const files = Array.from({ length: processes }, (_, i) => join(dir, `run${run}-${i}.jsonl`));
  const proxies = await Promise.all(files.map(() => proxy(broker.port)));
  const common = { run, scopes, fault, slow: SLOW };
  const workers = files.map((file, i) => new Worker({ ...common, name: `p${i}`, file, url: proxies[i].url }));
  const dead = new Map();
  const spans = [];
  await Promise.all(workers.map(({ ready }) => ready));
  const began = Date.now();
  const deadline = began + seconds * 1_000;
  for (const { child, options } of workers) child.send(Object.assign(options, { deadline }));
  const watching = watchBroker(observer, spans);
  await sleep(QUIET);
  while (!calm && Date.now() < began + (seconds - 4) * 1_000) {
    const name = only ?? pick(mishapNames);
    const from = Date.now();
    counts[name] = (counts[name] ?? 0) + 1;
    await MISHAPS[name]({ broker, workers, proxies, dead });
    spans.push([from, Date.now() + 2_500]);
    await sleep(random(QUIET));
  }
  // waits of up to six seconds are still to end
  await Promise.race([Promise.all(workers.map(({ exited }) => exited)), sleep(20_000)]);
  for (const worker of workers) {
    if (worker.child.exitCode !== null || worker.child.signalCode !== null) continue;
    worker.child.kill('SIGKILL');
    dead.set(worker.name, Date.now());
    counts.hung = (counts.hung ?? 0) + 1;
  }
  await watching.stop();
  await heard.stop();
  await Promise.all(proxies.map((each) => each.close()));
  const events = new Map(scopes.map((scope) => [scope, []]));
  for (const file of files)
    for (const event of eventsIn(file)) {
      if (event.scope) events.get(event.scope).push(event);
      if (event.e === 'slow') spans.push([event.from, event.to + RECOVERY]);
    }
  const faults = (from, to) => spans.some(([a, b]) => a <= to && b >= from);
  return scopes.map((scope) => ({
    scope,
    events: events.get(scope).sort((a, b) => a.t - b.t),
    records: records.get(scope).sort((a, b) => a.sequence - b.sequence),
    faults,
    deadOf: (name) => dead.get(name),
  }));
};

/** Asks the broker all the time, and notes from when to when it was slow to answer. */
const watchBroker = (observer, spans) => {
  let over = false;
  const looking = (async () => {
    while (!over) {
      const from = Date.now();
      await observer.last('KV_LOCKS', '$KV.LOCKS.t.nothing').catch(() => undefined);
      const to = Date.now();
      if (to - from > SLOW) spans.push([from, to + RECOVERY]);
      await sleep(SLOW / 3);
    }
  })();
  return { stop: () => ((over = true), looking) };
};

/** A line that a kill cut short says nothing. */
const eventsIn = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
