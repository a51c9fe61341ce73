// A process that takes locks, works under them and writes down all it does, for the checker. Killed, stopped, cut off.
import { once } from 'node:events';
import { openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectBus } from '@waggle/bus';
import { Locks } from '../../dist/locks.js';
import { faultyRules } from './faults.mjs';

const { url, name, file, scopes, run, fault, slow, deadline: given } = JSON.parse(process.env.WORKER);
const out = openSync(file, 'a');
const clock = Date.now.bind(Date);
const now = () => Number(process.hrtime.bigint()) / 1e6;
/** Written at once, by the kernel: a kill takes nothing back. `t` is the machine's monotonic clock, `w` its wall clock. */
const note = (event) => writeSync(out, `${JSON.stringify({ p: name, ...event, w: event.w ?? clock() })}\n`);

const bus = await connectBus({ servers: url, me: name, trusted: true, connectTimeout: 20_000 });
const locks = new Locks(bus, { tenant: 't' }, faultyRules(fault));
const jumpTo = (millis) => (Date.now = () => clock() + millis);
process.on('disconnect', () => process.exit(0));
process.send('ready');
// the first of a round begin together, however long it took them to start
const deadline = given ?? (await once(process, 'message'))[0].deadline;
process.on('message', (message) => jumpTo(message.jump));
const random = (n) => Math.floor(Math.random() * n);
const HOUR = 3_600_000;

let looked = clock();
setInterval(() => {
  const here = clock();
  if (here - looked > slow) note({ e: 'slow', from: looked, to: here });
  looked = here;
}, slow / 3).unref();

let ops = 0;
const MODES = [{}, {}, {}, { mode: 'shared' }, { mode: 'shared', permits: 2 }];

const work = async (op, scope, lock) => {
  const register = lock.fenced({ bucket: 'MEMORY', key: `t.${run}.${scope}` });
  const until = now() + random(60);
  for (;;) {
    const t = now();
    if (!lock.held) return note({ e: 'lost', t, op, scope });
    note({ e: 'work', t, op, scope, token: lock.token });
    if (random(3) === 0) {
      try {
        const sequence = await register.update((value) => JSON.stringify([...(value?.json() ?? []).slice(-400), op]));
        note({ e: 'write', t: now(), op, scope, token: lock.token, sequence });
      } catch (error) {
        note({ e: 'unwritten', t: now(), op, scope, code: error.code });
        if (error.code === 'LOCK_FENCED') return;
      }
    }
    if (now() > until) return;
    await sleep(random(8));
  }
};

const oneOp = async () => {
  const scope = scopes[random(scopes.length)];
  const op = `${name}-${ops++}`;
  const shape = MODES[scope.length % 2 === 0 ? 0 : random(MODES.length)];
  const wait = random(4) === 0 ? 0 : 2_000 + random(4_000);
  const ttl = 1 + random(3);
  note({ e: 'ask', t: now(), op, scope, wait, ttl, ...shape });
  let lock;
  try {
    lock = await locks.acquire(scope, { ...shape, wait, ttl: ttl * 1_000, metadata: { op } });
  } catch (error) {
    return note({ e: 'fail', t: now(), op, scope, code: error.code ?? String(error) });
  }
  note({ e: 'in', t: now(), op, scope, token: lock.token });
  lock.signal.addEventListener('abort', () => note({ e: 'told', t: now(), op, scope }));
  if (random(12) === 0) await sleep(random(5_000));
  await work(op, scope, lock);
  note({ e: 'out', t: now(), op, scope });
  await lock.release().catch(() => undefined);
  note({ e: 'done', t: now(), op, scope });
};

if (random(3) === 0) jumpTo((random(48) - 24) * HOUR);
const loop = async () => {
  while (clock() < deadline) {
    await oneOp();
    await sleep(random(20));
  }
};
await Promise.all(Array.from({ length: 6 }, loop));
note({ e: 'end', t: now() });
process.exit(0);
