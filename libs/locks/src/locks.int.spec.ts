import { agentManifest, clientManifest, type Bus, type Manifest } from '@waggle/bus';
import { eventually, testBroker, type TestBroker } from '@waggle/testkit';
import { createLocks, scope, type Lock, type Locks } from './index.js';

jest.setTimeout(60_000);

const operator: Manifest = { name: 'operator', kind: 'edge', publishes: ['audit'], buckets: { LOCKS: { write: ['>'] } } };
const reader: Manifest = { name: 'reader', kind: 'core', folds: ['AUDIT'] };
const manifests = [
  reader,
  agentManifest('ann', { tenant: 't' }),
  agentManifest('bob', { tenant: 't' }),
  clientManifest('eve', 'other'),
  operator,
];

let broker: TestBroker;
const buses: Record<string, Bus> = {};
const locks: Record<string, Locks> = {};
let count = 0;
const fresh = (): string => `scope ${count++}`;

beforeAll(async () => {
  broker = await testBroker({ secure: true, manifests });
  for (const { name } of manifests) {
    buses[name] = await broker.busFor(name);
    locks[name] = createLocks(buses[name], { tenant: 't' });
  }
});

describe('a lock', () => {
  it('is held by one at a time, and handed to who waits', async () => {
    const name = fresh();
    const first = await locks.ann!.acquire(name);
    expect(first.held).toBe(true);
    await expect(locks.bob!.acquire(name, { wait: 0 })).rejects.toMatchObject({ code: 'LOCK_CONTENDED', retryable: true });
    const waiting = locks.bob!.acquire(name);
    await eventually(async () => (await locks.ann!.status(name)).waiters.length === 1);
    await first.release();
    const second = await waiting;
    expect(second.token).toBeGreaterThan(first.token);
    expect(await locks.ann!.tryAcquire(name)).toBeUndefined();
    await second.release();
    expect((await locks.ann!.status(name)).holders).toEqual([]);
  });

  it('says who holds it, since when, until when', async () => {
    const name = fresh();
    const lock = await locks.ann!.acquire(name, { ttl: '20s', metadata: { task: 7 } });
    const error = (await locks.bob!.acquire(name, { wait: 0 }).catch((caught: unknown) => caught)) as { message: string };
    expect(error.message).toMatch(/"scope \d+" is held by ann since 20.*, until 20/);
    const [holder] = (await locks.bob!.status(name)).holders;
    expect(holder).toMatchObject({ holder: 'ann', mode: 'exclusive', token: lock.token, metadata: { task: 7 } });
    expect(holder!.until!.getTime() - holder!.since!.getTime()).toBe(20_000);
    await lock.release();
  });

  it('is renewed while it is held, under the same token', async () => {
    const name = fresh();
    // renewed every second, long before it ends: a machine may stand still for a while
    const lock = await locks.ann!.acquire(name, { ttl: '10s', renewalThreshold: 0.2 });
    const { since } = (await locks.bob!.status(name)).holders[0]!;
    await eventually(async () => (await locks.bob!.status(name)).holders[0]!.until!.getTime() > since!.getTime() + 11_500);
    expect((await locks.bob!.status(name)).holders[0]).toMatchObject({ token: lock.token, since });
    expect(lock.held).toBe(true);
    await lock.release();
  });

  it('of one who is gone ends with its lease, and is handed on then', async () => {
    const name = fresh();
    const dying = await broker.busFor('ann');
    const gone = await createLocks(dying, { tenant: 't' }).acquire(name, { ttl: '1s' });
    await dying.close();
    const began = performance.now();
    const next = await locks.bob!.acquire(name);
    // by its own sign of life it would look again after 3.5 s
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(next.token).toBeGreaterThan(gone.token);
    await next.release();
  });

  it('that is lost aborts its signal before another can hold it', async () => {
    const name = fresh();
    const cutOff = await broker.busFor('ann');
    const lock = await createLocks(cutOff, { tenant: 't' }).acquire(name, { ttl: '1s' });
    let lostAt = 0;
    lock.signal.addEventListener('abort', () => (lostAt = performance.now()));
    await cutOff.close();
    const next = await locks.bob!.acquire(name);
    const takenAt = performance.now();
    expect(lostAt).toBeGreaterThan(0);
    expect(lostAt).toBeLessThan(takenAt);
    expect(lock.signal.reason).toMatchObject({ code: 'LOCK_LOST' });
    expect(lock.held).toBe(false);
    await next.release();
  });

  it('is broken by force with a reason, which is audited; its holder hears of it', async () => {
    const name = fresh();
    const lock = await locks.ann!.acquire(name);
    await expect(locks.operator!.forceRelease(name, { reason: ' ' })).rejects.toMatchObject({ code: 'INVALID_INPUT', path: 'reason' });
    const before = await locks.operator!.forceRelease(name, { reason: 'it hangs' });
    expect(before.holders).toMatchObject([{ holder: 'ann' }]);
    const audit = await buses.reader!.read('AUDIT', 'wg.t.audit.operator.lock');
    expect(audit.at(-1)!.json<{ payload: unknown }>().payload).toMatchObject({ action: 'force-release', object: name, reason: 'it hangs' });
    await eventually(() => lock.signal.aborted);
    await (await locks.bob!.acquire(name, { wait: 0 })).release();
    // what it gives back afterwards is none of the next one's
    const next = await locks.bob!.acquire(name);
    await lock.release();
    expect((await locks.bob!.status(name)).holders).toMatchObject([{ holder: 'bob', token: next.token }]);
    await next.release();
  });

  it('is listed for who may read the bucket, and for nobody else', async () => {
    const held = await locks.ann!.acquire(scope.thread('user.1', 'a > b'));
    expect((await locks.operator!.list()).filter(({ scope: name }) => name === 'user.1/a > b')).toMatchObject([
      { holders: [{ holder: 'ann' }], waiters: [] },
    ]);
    await expect(locks.ann!.list()).rejects.toMatchObject({ code: 'BUS_REFUSED' });
    await held.release();
  });

  it('of another tenant can neither be seen, taken nor broken', async () => {
    const name = fresh();
    const lock = await locks.ann!.acquire(name);
    for (const attempt of [() => locks.eve!.acquire(name, { wait: 0 }), () => locks.eve!.status(name)]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'BUS_REFUSED' });
    }
    await expect(locks.eve!.forceRelease(name, { reason: 'mine now' })).rejects.toMatchObject({ code: 'BUS_REFUSED' });
    await expect(buses.eve!.subscribe('wgm.kv.LOCKS.t.>', () => undefined)).rejects.toMatchObject({ code: 'BUS_REFUSED' });
    // and has its own of the same name
    const own = createLocks(buses.eve!, { tenant: 'other' });
    await (await own.acquire(name, { wait: 0 })).release();
    expect(lock.held).toBe(true);
    await lock.release();
  });
});

describe('who waits', () => {
  it('gets it in the order of asking, across processes, the higher priority first', async () => {
    const name = fresh();
    const first = await locks.ann!.acquire(name);
    const order: string[] = [];
    const waiting: Promise<void>[] = [];
    const ask = async (who: Locks, label: string, priority = 0): Promise<void> => {
      const before = (await locks.ann!.status(name)).waiters.length;
      waiting.push(
        who.acquire(name, { priority }).then(async (lock) => {
          order.push(label);
          await lock.release();
        }),
      );
      await eventually(async () => (await locks.ann!.status(name)).waiters.length === before + 1);
    };
    await ask(locks.bob!, 'b1');
    await ask(locks.ann!, 'a1');
    await ask(locks.bob!, 'b2');
    await ask(locks.operator!, 'urgent', 5);
    await first.release();
    await Promise.all(waiting);
    expect(order).toEqual(['urgent', 'b1', 'a1', 'b2']);
  });

  it('and dies is passed over', async () => {
    const name = fresh();
    const first = await locks.ann!.acquire(name);
    const dying = await broker.busFor('bob');
    const dead = new AbortController();
    createLocks(dying, { tenant: 't' })
      .acquire(name, { ttl: '1s', signal: dead.signal })
      .catch(() => undefined);
    await eventually(async () => (await locks.ann!.status(name)).waiters.length === 1);
    const next = locks.operator!.acquire(name);
    await eventually(async () => (await locks.ann!.status(name)).waiters.length === 2);
    await dying.close();
    // it can tell nobody, and its timers keep no test run from its end
    dead.abort();
    await first.release();
    await (await next).release();
  });

  it('gives up after its time or when it is called off, and leaves no trace', async () => {
    const name = fresh();
    const first = await locks.ann!.acquire(name);
    await expect(locks.bob!.acquire(name, { wait: 50 })).rejects.toMatchObject({ code: 'LOCK_CONTENDED' });
    const abort = new AbortController();
    const waiting = locks.bob!.acquire(name, { signal: abort.signal });
    await eventually(async () => (await locks.ann!.status(name)).waiters.length === 1);
    abort.abort(new Error('never mind'));
    await expect(waiting).rejects.toThrow('never mind');
    await eventually(async () => (await locks.ann!.status(name)).waiters.length === 0);
    await first.release();
    await eventually(async () => (await locks.ann!.status(name)).holders.length === 0);
  });

  it('may be hundreds in one process', async () => {
    const name = fresh();
    let [inside, most, done] = [0, 0, 0];
    const one = (who: Locks): Promise<void> =>
      who.withLock(name, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
        done++;
      });
    await Promise.all(Array.from({ length: 200 }, (_, i) => one(i % 2 ? locks.ann! : locks.bob!)));
    expect([most, done]).toEqual([1, 200]);
  });
});

describe('shared, counted and several', () => {
  it('readers share, a writer waits for all of them and keeps later readers out', async () => {
    const name = fresh();
    const readers = [await locks.ann!.acquire(name, { mode: 'shared' }), await locks.bob!.acquire(name, { mode: 'shared' })];
    const writer = locks.ann!.acquire(name);
    await eventually(async () => (await locks.ann!.status(name)).waiters.length === 1);
    expect(await locks.bob!.tryAcquire(name, { mode: 'shared' })).toBeUndefined();
    const late = locks.bob!.acquire(name, { mode: 'shared' });
    for (const reader of readers) await reader.release();
    const held = await writer;
    expect((await locks.ann!.status(name)).holders).toHaveLength(1);
    await held.release();
    await (await late).release();
  });

  it('a semaphore lets in as many as it has permits', async () => {
    const name = fresh();
    const three = { mode: 'shared', permits: 3 } as const;
    const held: Lock[] = [];
    for (const who of [locks.ann!, locks.bob!, locks.ann!]) held.push(await who.acquire(name, three));
    await expect(locks.bob!.acquire(name, { ...three, wait: 0 })).rejects.toMatchObject({ code: 'LOCK_CONTENDED' });
    const waiting = locks.bob!.acquire(name, three);
    await eventually(async () => (await locks.ann!.status(name)).waiters.length === 1);
    await held[1]!.release();
    await (await waiting).release();
    await held[0]!.release();
    await held[2]!.release();
  });

  it('several scopes are taken all or none, without deadlock whatever the order', async () => {
    const [a, b, c] = [fresh(), fresh(), fresh()];
    const inside = new Set<string>();
    const use = (who: Locks, scopes: string[]): Promise<void> =>
      who.withLock(scopes, async () => {
        for (const each of scopes) expect(inside.has(each)).toBe(false);
        for (const each of scopes) inside.add(each);
        await new Promise((resolve) => setImmediate(resolve));
        for (const each of scopes) inside.delete(each);
      });
    const orders = [
      [a, b, c],
      [c, b, a],
      [b, a],
      [c, a],
    ];
    await Promise.all(Array.from({ length: 40 }, (_, i) => use(i % 2 ? locks.ann! : locks.bob!, orders[i % 4]!)));
    const held = await locks.ann!.acquire(b);
    await expect(locks.bob!.acquire([a, b, c], { wait: 50 })).rejects.toMatchObject({ code: 'LOCK_CONTENDED' });
    const free = await locks.ann!.acquire([a, c], { wait: 10_000 });
    expect(free.tokenOf(c)).toBeGreaterThan(free.tokenOf(a));
    await free.release();
    await held.release();
  });
});
