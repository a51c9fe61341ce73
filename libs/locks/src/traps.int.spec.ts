import type { Bus } from '@waggle/bus';
import { codeOf, type StoreName } from '@waggle/protocol';
import { eventually, testBroker, type TestBroker } from '@waggle/testkit';
import { createLocks, type Locks } from './index.js';

jest.setTimeout(60_000);

let broker: TestBroker;
let bus: Bus;
let locks: Locks;

/** Leaves a stream room for `bytes` more, and says how many it may hold then. */
const shrink = async (on: Bus, stream: StoreName, bytes: number): Promise<number> => {
  const { config } = (await on.request(`$JS.API.STREAM.INFO.${stream}`, '')).json<{ config: object }>();
  const max_bytes = (await on.figures(stream)).bytes + bytes;
  const said = await on.request(`$JS.API.STREAM.UPDATE.${stream}`, JSON.stringify({ ...config, max_bytes }));
  expect(said.json<{ error?: unknown }>().error).toBeUndefined();
  return max_bytes;
};

beforeAll(async () => {
  broker = await testBroker();
  bus = await broker.busFor('one');
  locks = createLocks(bus, { tenant: 't' });
});

describe('what fails when it is done the obvious way', () => {
  it.each([['500ms'], [1_500], ['0s'], [0], ['2d'], ['soon']])(
    'a lease of %j is refused: the broker would end it at another time',
    async (ttl) => {
      await expect(locks.acquire('x', { ttl })).rejects.toMatchObject({ path: 'ttl' });
    },
  );

  it('a lock is taken over a tombstone, its own or another process’s, and after the tombstone has left', async () => {
    const other = createLocks(await broker.busFor('two'), { tenant: 't' });
    const tokens: number[] = [];
    for (const who of [locks, locks, other, locks, other]) {
      const lock = await who.acquire('tombstone', { wait: 0 });
      tokens.push(lock.token);
      await lock.release();
    }
    await bus.purge('KV_LOCKS', '$KV.LOCKS.t.resource.tombstone');
    const last = await locks.acquire('tombstone', { wait: 0 });
    expect([...tokens, last.token]).toEqual([...tokens, last.token].sort((a, b) => a - b));
    await last.release();
  });

  it('the token is of the acquisition, not of a renewal', async () => {
    const lock = await locks.acquire('renewed', { ttl: '10s', renewalThreshold: 0.2 });
    const { token } = lock;
    const subject = '$KV.LOCKS.t.resource.renewed';
    await eventually(async () => (await bus.last('KV_LOCKS', subject))!.sequence > token + 1);
    expect(lock.token).toBe(token);
    expect((await locks.status('renewed')).holders[0]!.token).toBe(token);
    await lock.release();
  });

  it('tokens do not fall, and locks hold, over kill -9 of the broker; one whose lease ended meanwhile is free', async () => {
    const long = await locks.acquire('long', { ttl: '30s' });
    const dying = await broker.busFor('dying');
    const short = await createLocks(dying, { tenant: 't' }).acquire('short', { ttl: '1s' });
    await dying.close();
    await broker.restart();
    const other = createLocks(await broker.busFor('two'), { tenant: 't' });
    await expect(other.acquire('long', { wait: 0 })).rejects.toMatchObject({ code: 'LOCK_CONTENDED' });
    expect(long.held).toBe(true);
    const next = await other.acquire('short');
    expect(next.token).toBeGreaterThan(Math.max(short.token, long.token));
    await long.release();
    await next.release();
  });

  it('a waiter is woken though the broker was killed while it waited', async () => {
    const other = createLocks(await broker.busFor('two'), { tenant: 't' });
    const held = await locks.acquire('over a kill', { ttl: '30s' });
    const waiting = other.acquire('over a kill');
    await eventually(async () => (await locks.status('over a kill')).waiters.length === 1);
    await broker.restart();
    await held.release();
    await (await waiting).release();
  });

  it('a full bucket refuses renewals: the lock is lost in good time, and said so', async () => {
    const full = await testBroker();
    const one = await full.busFor('one');
    // the first renewal is due when all is full: it is longer than what it replaces, those after it are not
    const lock = await createLocks(one, { tenant: 't' }).acquire('a', { ttl: '7s' });
    // filling it is to take no time: it must be over before that
    const maxBytes = await shrink(one, 'KV_LOCKS', 10_000);
    // to the brim: what fits is tried ever smaller
    let filled = 0;
    for (let size = 1_000; size >= 1; size = Math.floor(size / 10)) {
      const fill = async (): Promise<void> => {
        for (; filled < maxBytes; filled++) {
          await one.publish(`$KV.LOCKS.t.fill.${filled}`, 'x'.repeat(size), { timeout: 300 }).catch((error: unknown) => {
            // a busy machine
            if (codeOf(error) !== 'BUS_TIMEOUT') throw error;
          });
        }
      };
      await expect(fill()).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    }
    expect(lock.held).toBe(true);
    await eventually(() => lock.signal.aborted);
    expect(lock.signal.reason).toMatchObject({ code: 'LOCK_LOST' });
  });

  it('a blocked event loop does not believe in its lock when it wakes', async () => {
    const lock = await locks.acquire('blocked', { ttl: '1s' });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_200);
    expect(lock.held).toBe(false);
    expect(() => lock.check()).toThrow(expect.objectContaining({ code: 'LOCK_LOST' }));
    await eventually(() => lock.signal.aborted);
    await lock.release();
  });

  it('a wall clock that jumps changes nothing', async () => {
    const real = Date.now;
    const lock = await locks.acquire('clock', { ttl: '2s' });
    try {
      for (const hours of [-48, 48]) {
        Date.now = () => real() + hours * 3_600_000;
        expect(lock.held).toBe(true);
        expect(await locks.tryAcquire('clock')).toBeUndefined();
      }
    } finally {
      Date.now = real;
    }
    await lock.release();
  });

  it('nonsense in the record is named, and can be cleared', async () => {
    await bus.publish('$KV.LOCKS.t.resource.nonsense', 'not a record');
    await expect(locks.acquire('nonsense')).rejects.toMatchObject({ code: 'INVALID_MESSAGE' });
    await locks.forceRelease('nonsense', { reason: 'clear it' });
    await (await locks.acquire('nonsense')).release();
  });

  it.each([{ at: 1e300 }, { since: 1e300 }, { lease: 1e300 }, { lease: -1 }, { permits: -3 }, { token: 0.5 }, { metadata: 'text' }])(
    'a record with %j is nonsense too',
    async (forged) => {
      const entry = { id: 'x', holder: 'mallory', lease: 5, held: true, ...forged };
      await bus.publish('$KV.LOCKS.t.resource.forged', JSON.stringify({ v: 1, scope: 'forged', entries: [entry] }));
      await expect(locks.acquire('forged', { wait: 0 })).rejects.toMatchObject({ code: 'INVALID_MESSAGE' });
      await locks.forceRelease('forged', { reason: 'clear it' });
    },
  );

  it('a record from the future holds no longer than its lease', async () => {
    const entry = { id: 'x', holder: 'mallory', lease: 1, held: true, at: Date.now() + 86_400_000 };
    await bus.publish('$KV.LOCKS.t.resource.future', JSON.stringify({ v: 1, scope: 'future', entries: [entry] }));
    await (await locks.acquire('future', { wait: '10s' })).release();
  });
});
