import type { Bus } from '@waggle/bus';
import { WaggleError } from '@waggle/protocol';
import { eventually, testBroker, type TestBroker } from '@waggle/testkit';
import { createLocks } from './index.js';

jest.setTimeout(30_000);

/**
 * A bus whose answers are lost: the first publish is stored, and later is said to have failed, or to have met another's write
 * (`conflict`: so it is when it was sent again). All others fail from `cut` on. Nothing is heard on it.
 */
const forgetful = (bus: Bus, late: number, said: 'failed' | 'conflict' = 'failed'): { bus: Bus; cut: () => void } => {
  let [first, cut] = [true, false];
  const lost = async (millis: number): Promise<never> => {
    await new Promise((resolve) => setTimeout(resolve, millis));
    throw new WaggleError('BUS_TIMEOUT', 'no answer came');
  };
  const publish: Bus['publish'] = async (...message) => {
    if (cut) return lost(100);
    const stored = await bus.publish(...message);
    if (!first) return stored;
    first = false;
    const failed = lost(late);
    return said === 'failed' ? failed : failed.catch(() => ({ status: 'conflict' as const }));
  };
  const get = (_: Bus, name: keyof Bus): unknown => {
    if (name === 'publish') return publish;
    if (name === 'subscribe') return () => Promise.resolve({ stop: () => Promise.resolve() });
    const value = bus[name];
    return typeof value === 'function' ? value.bind(bus) : value;
  };
  return { bus: new Proxy(bus, { get: get as ProxyHandler<Bus>['get'] }), cut: () => (cut = true) };
};

describe('answers that are lost', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await testBroker();
  });

  it('a lease runs from when it was asked for first, also where that answer was lost: two never believe that they hold it', async () => {
    const { bus, cut } = forgetful(await broker.busFor('one'), 1_000);
    const first = await createLocks(bus, { tenant: 't' }).acquire('lost', { ttl: '3s' });
    cut();
    const second = await createLocks(await broker.busFor('two'), { tenant: 't' }).acquire('lost', { wait: '20s' });
    expect(first.held).toBe(false);
    expect(first.signal.reason).toMatchObject({ code: 'LOCK_LOST' });
    await second.release();
  });

  it('so it does where another has written over it before it was sent again', async () => {
    const { bus, cut } = forgetful(await broker.busFor('five'), 1_500, 'conflict');
    const locks = createLocks(await broker.busFor('six'), { tenant: 't' });
    const first = createLocks(bus, { tenant: 't' }).acquire('over', { ttl: '3s' });
    await eventually(async () => (await locks.status('over')).holders.length === 1);
    const second = locks.acquire('over', { wait: '20s' });
    const held = await first;
    cut();
    const next = await second;
    expect(held.held).toBe(false);
    await next.release();
  });

  it('of several, one that is broken before the others are had fails them all', async () => {
    const [mine, others] = await Promise.all(
      ['three', 'four'].map(async (name) => createLocks(await broker.busFor(name), { tenant: 't' })),
    );
    const last = await others!.acquire('b');
    const both = mine!.acquire(['a', 'b']);
    both.catch(() => undefined);
    await eventually(async () => (await others!.status('b')).waiters.length === 1);
    // by the clock on purpose: a lock that is younger is not watched yet, and nothing outside tells when it is
    await new Promise((resolve) => setTimeout(resolve, 500));
    await others!.forceRelease('a', { reason: 'to see what becomes of it' });
    const taken = await others!.acquire('a');
    await last.release();
    await expect(both).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect((await others!.status('b')).holders).toEqual([]);
    await taken.release();
  });
});
