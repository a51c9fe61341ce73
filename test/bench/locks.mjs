/**
 * `node test/bench/locks.mjs [--rounds N] [--quick] [--write]`: locks beside the stock KV client's create and delete, in
 * rounds that take turns, and the hand-off from one process to another that waits.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { findBroker, startBroker } from '@waggle/broker';
import { agentManifest, brokerConfig, connectBus, newNkey, provision } from '@waggle/bus';
import { createLocks } from '@waggle/locks';
import { subjects } from '@waggle/protocol';
import { latency, median, throughput } from './measure.mjs';
import { machine, writeIntoPage } from './page.mjs';

const SCOPES = 1_000;
const WIDTH = 64;
const HOLD = 3;
const now = () => Number(process.hrtime.bigint()) / 1e6;
const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/** Takes the lock so many times, each time while the other waits for it; says when it came and went. `bothThere` resolves when the other is connected too. */
const takeTurns = async ({ options, times }, bothThere) => {
  const bus = await connectBus(options);
  const locks = createLocks(bus, { tenant: 't' });
  await bothThere();
  const turns = [];
  for (let i = 0; i < times; i++) {
    const lock = await locks.acquire('hand-off');
    const cameAt = now();
    await sleep(HOLD);
    const wentAt = now();
    // asked for again before it is given back: both are in line all the time
    await lock.release();
    turns.push({ token: lock.token, cameAt, wentAt });
  }
  await bus.close();
  return turns;
};

if (process.env.TURNS) {
  const toldToGo = once(process, 'message');
  const turns = await takeTurns(JSON.parse(process.env.TURNS), () => {
    process.send('there');
    return toldToGo;
  });
  process.send(turns);
  process.exit(0);
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number of at least 1');
const counts = values.quick ? { warm: 1_500, one: 300, rate: 4_000, turns: 150 } : { warm: 3_000, one: 1_500, rate: 15_000, turns: 400 };

const { path: binary } = await findBroker({ cacheDir: fileURLToPath(new URL('../../.waggle/bin', import.meta.url)) });
const dir = await mkdtemp(join(tmpdir(), 'waggle-bench-'));

/** A broker with accounts, borders and rights as in production: a lone publish crosses the border of AGENTS. */
const agents = ['ann', 'bob'].map((name) => agentManifest(name, { tenant: 't' }));
const manifests = [{ name: 'provisioner', kind: 'core', provisions: true }, ...agents];
const keys = Object.fromEntries(manifests.map(({ name }) => [name, newNkey()]));
const publicKeys = Object.fromEntries(manifests.map(({ name }) => [name, keys[name].publicKey]));
const open = await startBroker({ binary, dir: join(dir, 'open'), config: '' });
const secure = await startBroker({ binary, dir: join(dir, 'secure'), config: brokerConfig({ manifests, keys: publicKeys }) });
await provision({ servers: open.url, trusted: true, manifests: [] });
await provision({ servers: secure.url, seed: keys.provisioner.seed, manifests });
const asAgent = (i) => ({ servers: secure.url, me: agents[i].name, seed: keys[agents[i].name].seed, manifest: agents[i] });

const nc = await connect({ servers: open.url, noAsyncTraces: true });
const kv = await new Kvm(nc).create('stock', { history: 1 });
const openBus = await connectBus({ servers: open.url, me: 'bench', trusted: true });
const bare = createLocks(openBus, { tenant: 't' });
const bordered = createLocks(await connectBus(asAgent(0)), { tenant: 't' });

let n = 0;
const pairOf = (locks) => async () => {
  const lock = await locks.acquire(`k${n++ % SCOPES}`);
  await lock.release();
};
/** What a pair writes, and nothing else: no lock can be faster over the same bus and bucket. */
const RECORD = '{"v":1,"scope":"k1","entries":[{"id":"abcdefghijk-12ab","holder":"bench","lease":300,"held":true}]}';
const stands = new Map();
const twoWrites = async () => {
  const key = n++ % SCOPES;
  const subject = subjects.kvKey('LOCKS', `t.bound.${key}`);
  const held = await openBus.publish(subject, RECORD, { expect: stands.get(key) ?? 0, headers: { 'Nats-TTL': '300s' } });
  const headers = { 'KV-Operation': 'DEL', 'Nats-TTL': '60s' };
  const { sequence } = await openBus.publish(subject, '', { expect: held.sequence, headers });
  stands.set(key, sequence);
};
const contestants = {
  stock: {
    pids: [process.pid, open.pid],
    one: async () => {
      const key = `k.${n++ % SCOPES}`;
      await kv.create(key, '{"owner":"bench","exp":1763671234567}');
      await kv.delete(key);
    },
  },
  bound: { pids: [process.pid, open.pid], one: twoWrites },
  bare: { pids: [process.pid, open.pid], one: pairOf(bare) },
  bordered: { pids: [process.pid, secure.pid], one: pairOf(bordered) },
};

const contest = async ({ one, pids }) => {
  await throughput(counts.warm, one, { width: WIDTH, pids });
  return { one: await latency(counts.one, one), rate: await throughput(counts.rate, one, { width: WIDTH, pids }) };
};

const handOff = async (options) => {
  const child = fork(fileURLToPath(import.meta.url), {
    env: { ...process.env, TURNS: JSON.stringify({ options: options(1), times: counts.turns }) },
    execArgv: [],
  });
  const there = once(child, 'message');
  const bothThere = async () => {
    await there;
    child.send('go');
  };
  const [mine, [theirs]] = await Promise.all([
    takeTurns({ options: options(0), times: counts.turns }, bothThere),
    there.then(() => once(child, 'message')),
  ]);
  const all = [...mine.map((turn) => ({ ...turn, who: 0 })), ...theirs.map((turn) => ({ ...turn, who: 1 }))].sort(
    (a, b) => a.token - b.token,
  );
  const took = all
    .slice(1)
    .flatMap((turn, i) => (turn.who === all[i].who ? [] : [turn.cameAt - all[i].wentAt]))
    .sort((a, b) => a - b);
  return { p50: took[Math.floor(took.length / 2)], p99: took[Math.floor(took.length * 0.99)] };
};

const found = [];
for (let round = 0; round < rounds; round++) {
  const figures = {};
  for (const [name, contestant] of Object.entries(contestants)) figures[name] = await contest(contestant);
  figures.handOff = await handOff((i) => ({ servers: open.url, me: `turn${i}`, trusted: true }));
  figures.borderedHandOff = await handOff(asAgent);
  found.push(figures);
  console.error(`round ${round + 1} of ${rounds}`);
}

const over = (value) => median(found.map(value));
const ms = (value) => `${value.toFixed(2)} ms`;
const rate = (value) => `${(value / 1_000).toFixed(1)} k/s`;
const us = (value) => `${value.toFixed(0)} us`;
const row = (job, { of, show, goal, better }) => {
  const cells = ['stock', 'bound', 'bare', 'bordered'].map((who) => show(over((round) => of(round[who]))));
  const ratio = over((round) => of(round.bare) / of(round.stock));
  const verdict =
    goal === undefined
      ? ''
      : `${better === 'more' ? '≥' : '≤'} ${goal}: ${(better === 'more' ? ratio >= goal : ratio <= goal) ? 'met' : 'missed'}`;
  return `| ${[job, ...cells, `${ratio.toFixed(2)} x`, verdict].join(' | ')} |`;
};
const hand = over((round) => round.handOff.p50);
const table = [
  '| job | stock KV create + delete | its two writes, bare | lock, no border | lock, behind the border | to stock | goal |',
  '|---|---|---|---|---|---|---|',
  row('acquire and release, p50', { of: ({ one }) => one.p50, show: ms, goal: 0.6 }),
  row('acquire and release, p99', { of: ({ one }) => one.p99, show: ms }),
  row('64 in flight', { of: (each) => each.rate.rate, show: rate, goal: 4, better: 'more' }),
  row('the same, CPU a pair', { of: (each) => each.rate.cpuUs, show: us }),
  `| hand-off to another process that waits, p50 |  |  | ${ms(hand)} | ${ms(over((round) => round.borderedHandOff.p50))} |  | ≤ 1 ms: ${hand <= 1 ? 'met' : 'missed'} |`,
  `| hand-off, p99 |  |  | ${ms(over((round) => round.handOff.p99))} | ${ms(over((round) => round.borderedHandOff.p99))} |  |  |`,
].join('\n');
console.log(table);
if (values.write)
  writeIntoPage('locks', `${machine(binary)} Medians of ${rounds} rounds; ratios are medians of each round's own.\n\n${table}`);
await Promise.all([open.kill(), secure.kill()]);
await rm(dir, { recursive: true, force: true, maxRetries: 5 });
process.exit(0);
