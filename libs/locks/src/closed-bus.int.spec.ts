import type { Bus } from '@waggle/bus';
import { eventually, testBroker, type TestBroker } from '@waggle/testkit';
import { createLocks } from './index.js';

const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

describe('a bus that is closed', () => {
  let broker: TestBroker;
  let bus: Bus;
  beforeAll(async () => {
    broker = await testBroker();
    bus = await broker.busFor('leaver');
  });

  it('ends changes, turns and leases at once, and leaves no timer behind', async () => {
    const others = createLocks(await broker.busFor('other'), { tenant: 't' });
    const taken = await others.acquire('taken', { ttl: '30s' });
    const before = timers();
    const locks = createLocks(bus, { tenant: 't' });
    const held = await locks.acquire('held', { ttl: '30s' });
    const waiting = locks.acquire('taken', { wait: '30s' });
    await eventually(async () => (await others.status('taken')).waiters.length === 1);
    const ends = Promise.allSettled([waiting, locks.acquire('under way'), locks.acquire(['one', 'two'])]);
    const began = performance.now();
    await bus.close();
    expect(held.signal.reason).toMatchObject({ code: 'LOCK_LOST' });
    await expect(locks.acquire('after')).rejects.toMatchObject({ code: 'BUS_UNREACHABLE' });
    await expect(waiting).rejects.toMatchObject({ code: 'BUS_UNREACHABLE' });
    await ends;
    // the leases and the waiting would have gone on for 30 s, and the bus would have been cut off after 5 s
    expect(performance.now() - began).toBeLessThan(4_000);
    await eventually(() => timers() <= before);
    expect(performance.now() - began).toBeLessThan(20_000);
    await taken.release();
  });
});
