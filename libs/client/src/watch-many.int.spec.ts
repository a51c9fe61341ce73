import type { Bus, Manifest } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, newId, subjects, WaggleError, type FlowStatus } from '@waggle/protocol';
import { eventually, proxy, testBroker, type TestBroker } from '@waggle/testkit';
import { ShownFlows, watchMany } from './index.js';

const COORDINATOR: Manifest = { name: 'coordinator', kind: 'core', publishes: ['status'] };
const OPERATOR: Manifest = { name: 'operator', kind: 'core', hears: ['status'], folds: ['PROGRESS'] };

/** A bus by which the broker cannot be reached so many times as something is to be read. */
const unreachable = (bus: Bus, times: number): Bus => {
  let left = times;
  const read: Bus['read'] = (...given) =>
    left-- > 0 ? Promise.reject(new WaggleError('BUS_UNREACHABLE', 'it is away')) : bus.read(...given);
  return new Proxy(bus, {
    get: (target, name) => {
      if (name === 'read') return read;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
};

describe('watching many flows', () => {
  let broker: TestBroker;
  let coordinator: Bus;
  beforeAll(async () => {
    broker = await testBroker({ secure: true, manifests: [COORDINATOR, OPERATOR] });
    coordinator = await broker.busFor(COORDINATOR);
  });

  const show = async (flowId: string, version: number, state: FlowStatus['state'] = 'WORKING'): Promise<void> => {
    const now = new Date().toISOString();
    const payload: FlowStatus = { flowId, state, fraction: 0, steps: [], version, startedAt: now, updatedAt: now };
    const message = createMessage({ type: MESSAGE_TYPES.status, from: 'coordinator', tenant: 'default', payload });
    await coordinator.publish(subjects.status('default', 'client', flowId), JSON.stringify(message));
  };

  /** What one watching tells, until it is ended. */
  const watching = (bus: Bus, shown?: ShownFlows): { told: string[]; stop: () => Promise<void> } => {
    const told: string[] = [];
    const over = new AbortController();
    const done = (async (): Promise<void> => {
      for await (const update of watchMany({ bus, tenant: 'default' }, { owner: 'client' }, { signal: over.signal, shown }))
        if (update.kind === 'status') told.push(`${update.flowId} ${update.status.state} ${update.status.version}`);
    })();
    return {
      told,
      stop: () => {
        over.abort();
        return done;
      },
    };
  };

  it('tells how a flow ended that it showed and that ended while the broker was out of reach, and of no other that is over', async () => {
    const way = await proxy(broker.port);
    const bus = await broker.busFor(OPERATOR, { servers: way.url });
    const [mine, unseen] = [newId(), newId()];
    await show(mine, 1);
    const { told, stop } = watching(bus);
    await eventually(() => told.includes(`${mine} WORKING 1`));
    way.cut();
    await eventually(() => !bus.health.ready);
    await show(mine, 2, 'COMPLETED');
    await show(unseen, 1, 'COMPLETED');
    way.heal();
    await eventually(() => told.includes(`${mine} COMPLETED 2`), { timeout: 20_000 });
    await stop();
    expect(told.filter((line) => line.startsWith(unseen))).toEqual([]);
  }, 40_000);

  it('goes on with what an earlier watching showed: how that ended meanwhile, and where it is by another count', async () => {
    const bus = await broker.busFor(OPERATOR);
    const [ended, back, unseen, told] = [newId(), newId(), newId(), newId()];
    await show(ended, 7);
    await show(back, 7);
    const shown = new ShownFlows();
    const before = watching(bus, shown);
    await eventually(() => [ended, back].every((flowId) => before.told.includes(`${flowId} WORKING 7`)));
    await show(told, 1, 'COMPLETED');
    await eventually(() => before.told.includes(`${told} COMPLETED 1`));
    await before.stop();
    await show(ended, 8, 'FAILED');
    await show(back, 2);
    await show(unseen, 1, 'COMPLETED');
    const after = watching(bus, shown);
    await eventually(() => [`${ended} FAILED 8`, `${back} WORKING 2`].every((line) => after.told.includes(line)));
    await after.stop();
    expect(after.told.filter((line) => line.startsWith(unseen) || line.startsWith(told))).toEqual([]);
  });

  it('tells how a flow ended, also by a lower count than was shown: the broker may have forgotten some', async () => {
    const mine = newId();
    await show(mine, 9);
    const { told, stop } = watching(await broker.busFor(OPERATOR));
    await eventually(() => told.includes(`${mine} WORKING 9`));
    await show(mine, 3);
    await show(mine, 4, 'COMPLETED');
    await eventually(() => told.includes(`${mine} COMPLETED 4`));
    await stop();
    expect(told.filter((line) => line.startsWith(mine))).toHaveLength(2);
  });

  it('begins as soon as the broker can be reached', async () => {
    const mine = newId();
    await show(mine, 1);
    const { told, stop } = watching(unreachable(await broker.busFor(OPERATOR), 2));
    await eventually(() => told.includes(`${mine} WORKING 1`));
    await stop();
  });
});
