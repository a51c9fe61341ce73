import { subjects, type AgentMessage, type FlowStatus } from '@waggle/protocol';
import { eventually, proxy, scriptedAgent, type Proxy as Way } from '@waggle/testkit';
import type { Bus } from '@waggle/bus';
import { TENANT, TestClient } from './testing/client.js';
import { SKILL, testMesh } from './testing/mesh.js';
import { startReplica } from './testing/replica.js';

/** A bus whose connection breaks as something is said of a subject, before it has left this process. */
const breaking = (bus: Bus, way: Way, at: (subject: string, body: string) => boolean): Bus =>
  new Proxy(bus, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        if ((name === 'emit' || name === 'publish') && at(String(given[0]), String(given[1]))) way.cut();
        return (value as (...all: unknown[]) => unknown).apply(target, given);
      };
    },
  });

describe('the last status of a flow', () => {
  it('is stored also where the connection breaks as it is said: nothing comes after it', async () => {
    const { broker, see } = await testMesh();
    const subject = subjects.status(TENANT, 'client', 'told');
    const way = await proxy(broker.port);
    const bus = await broker.busFor('coordinator', { servers: way.url });
    let broke = false;
    const isLast = (about: string, body: string): boolean => {
      if (broke || about !== subject || (JSON.parse(body) as AgentMessage<FlowStatus>).payload.state !== 'COMPLETED') return false;
      return (broke = true);
    };
    await startReplica(breaking(bus, way, isLast));
    const client = await TestClient.join(broker);
    const stateOf = async (): Promise<string | undefined> =>
      (await see.last('PROGRESS', subject))?.json<AgentMessage<FlowStatus>>().payload.state;
    const script = async (): Promise<{ output: number }> => {
      await eventually(async () => (await stateOf()) === 'WORKING');
      return { output: 1 };
    };
    await scriptedAgent(await broker.busFor('worker'), { beat: 0, script });
    await client.submit({ skill: SKILL }, 'told');
    await eventually(() => broke && !bus.health.ready);
    way.heal();
    expect(await client.outcome('told', 25_000)).toMatchObject({ state: 'COMPLETED' });
    await eventually(async () => (await stateOf()) === 'COMPLETED', { timeout: 5_000 });
  }, 60_000);

  it('before a long wait is stored also where it is said while the connection is away', async () => {
    const { broker, see } = await testMesh();
    const subject = subjects.status(TENANT, 'client', 'held');
    const way = await proxy(broker.port);
    const bus = await broker.busFor('coordinator', { servers: way.url });
    let said = 0;
    const watched = new Proxy(bus, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          const result = (value as (...all: unknown[]) => unknown).apply(target, given);
          if (given[0] === subject) said++;
          // the flow has begun, and what follows from that is said a moment later
          return name === 'publish' && given[0] === subjects.flow(TENANT, 'held')
            ? (result as Promise<unknown>).finally(() => way.cut())
            : result;
        };
      },
    });
    await startReplica(watched);
    const client = await TestClient.join(broker);
    await client.submit({ definition: { name: 'held', steps: [{ id: 'gate', wait: { signal: 'go' } }] } }, 'held');
    await eventually(() => said > 0 && !bus.health.ready);
    way.heal();
    const status = await eventually(() => see.last('PROGRESS', subject), { timeout: 20_000 });
    expect(status.json<AgentMessage<FlowStatus>>().payload.steps).toMatchObject([{ id: 'gate', state: 'WAITING' }]);
  }, 60_000);
});
