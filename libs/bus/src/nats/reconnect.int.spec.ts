import { setTimeout as sleep } from 'node:timers/promises';
import { subjects, taskConsumer } from '@waggle/protocol';
import { eventually, proxy, testBroker, type Proxy, type TestBroker } from '@waggle/testkit';
import { agentManifest } from '../permissions/factories.js';
import type { Bus } from '../port.js';

const BUSES = 12;
/** After the broker or the network is back. */
const BOUND = 3_000;

describe('a bus that lost its broker', () => {
  let broker: TestBroker;
  let proxies: Proxy[];
  let buses: Bus[];

  beforeAll(async () => {
    broker = await testBroker({ manifests: [agentManifest('echo')] });
    proxies = await Promise.all(Array.from({ length: BUSES }, () => proxy(broker.port)));
    buses = await Promise.all(proxies.map((each, i) => broker.busFor(`p${i}`, { servers: each.url })));
    // and some with nothing between
    buses.push(...(await Promise.all(['d0', 'd1', 'd2'].map((name) => broker.busFor(name)))));
  }, 30_000);

  /** Milliseconds until it says that it is ready, and can store. */
  const backWithin = async (bus: Bus): Promise<number> => {
    const from = performance.now();
    await eventually(() => bus.health.ready, { timeout: 15_000 });
    const took = performance.now() - from;
    await bus.publish(subjects.flow('t', `${bus.me}-${from}`.replaceAll('.', '_')), '1', { expect: 0 });
    return took;
  };

  /** Something of another length for each, all at once. */
  const befall = (mishap: (each: Proxy, bus: Bus) => Promise<void>): Promise<number[]> =>
    Promise.all(
      proxies.map(async (each, i) => {
        await mishap(each, buses[i]!);
        each.heal();
        return backWithin(buses[i]!);
      }),
    );

  const spread = (from: number, to: number): Promise<void> => sleep(from + Math.random() * (to - from));
  const notReady = (bus: Bus): Promise<unknown> => eventually(() => !bus.health.ready, { timeout: 10_000 });

  const expectBack = (took: number[]): void => expect(Math.max(...took)).toBeLessThan(BOUND);

  test('whose connections were cut', async () => {
    expectBack(
      await befall(async (each, bus) => {
        each.cut();
        await notReady(bus);
        await spread(0, 3_000);
      }),
    );
  }, 30_000);

  test('though the wall clock went back by an hour meanwhile', async () => {
    const clock = Date.now;
    Date.now = () => clock() - 3_600_000;
    try {
      expectBack(
        await befall(async (each, bus) => {
          each.cut();
          await notReady(bus);
        }),
      );
    } finally {
      Date.now = clock;
    }
  }, 30_000);

  test('through a stall that was longer than its patience', async () => {
    expectBack(
      await befall(async (each, bus) => {
        each.stall(Math.random() < 0.5 ? 'both' : 'answers');
        await notReady(bus);
        await spread(0, 4_000);
      }),
    );
  }, 30_000);

  test('whose answers were lost, also those to its signing in', async () => {
    expectBack(
      await befall(async (each, bus) => {
        each.loseAnswers();
        await notReady(bus);
        await spread(0, 4_000);
      }),
    );
  }, 30_000);

  test('cut while it was signing in', async () => {
    expectBack(
      await befall(async (each, bus) => {
        each.cut();
        await notReady(bus);
        each.heal();
        // the broker's first words pass, its answer does not
        await eventually(() => each.connections > 0 && (each.loseAnswers(), true));
        await spread(0, 500);
      }),
    );
  }, 30_000);

  test('which stood still', async () => {
    process.kill(broker.pid, 'SIGSTOP');
    try {
      await Promise.all(buses.map(notReady));
      await spread(0, 3_000);
    } finally {
      process.kill(broker.pid, 'SIGCONT');
    }
    expectBack(await Promise.all(buses.map(backWithin)));
  }, 30_000);

  test.each([100, 4_000])(
    'which came back after %i ms',
    async (gone) => {
      await broker.kill();
      await Promise.all(buses.map(notReady));
      await sleep(gone);
      await broker.restart();
      expectBack(await Promise.all(buses.map(backWithin)));
    },
    30_000,
  );

  test('goes to another broker while the one it had takes bytes no more, however much it still wanted to say', async () => {
    const [first, second] = await Promise.all([proxy(broker.port), proxy(broker.port)]);
    const bus = await broker.busFor('mover', { servers: `${first.url},${second.url}` });
    const old = first.connections > 0 ? first : second;
    old.stall();
    const much = 'x'.repeat(500_000);
    for (let i = 0; i < 40; i++) bus.emit('wgm.nobody.listens', much);
    await notReady(bus);
    expectBack([await backWithin(bus)]);
    await bus.close();
  }, 30_000);

  test('ends at once when it is closed meanwhile', async () => {
    const own = await proxy(broker.port);
    const bus = await broker.busFor('leaver', { servers: own.url });
    const queue = await bus.queue('TASK', taskConsumer('echo', 'normal'));
    const resources = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = resources();
    await queue.consume(() => undefined, { maxInFlight: 1 });
    expect(resources()).toBeGreaterThan(before);
    own.cut();
    await notReady(bus);
    await bus.close();
    own.heal();
    // long enough to connect again, if it tried
    await sleep(500);
    expect(own.connections).toBe(0);
    expect(resources()).toBeLessThanOrEqual(before);
    const over = { code: 'BUS_UNREACHABLE' };
    await expect(queue.consume(() => undefined, { maxInFlight: 1 })).rejects.toMatchObject(over);
    await expect(bus.queue('TASK', taskConsumer('echo', 'normal'))).rejects.toMatchObject(over);
    await expect(bus.request('wgm.nobody.listens', '')).rejects.toMatchObject(over);
  });
});
