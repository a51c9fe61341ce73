import { eventually, scriptedAgent, type TestBroker } from '@waggle/testkit';
import { Partitions } from './inputs/partitions.js';
import { TestClient } from './testing/client.js';
import { SKILL, testMesh } from './testing/mesh.js';
import { startReplica, type Replica } from './testing/replica.js';

const shares = (...replicas: Replica[]): number[][] => replicas.map(({ app }) => app.get(Partitions).share);

describe('partitions', () => {
  let broker: TestBroker;
  let client: TestClient;

  beforeAll(async () => {
    ({ broker } = await testMesh({ partitions: 8 }));
    await scriptedAgent(await broker.busFor('worker'), { beat: 0 });
    client = await TestClient.join(broker);
  });

  it('are shared by who is there, taken over from who leaves, and work goes on throughout', async () => {
    // of two names taken by chance, one in 128 pairs leaves one of them without any
    const first = await startReplica(await broker.busFor('coordinator'), { instance: 'first' });
    expect(shares(first)).toEqual([[0, 1, 2, 3, 4, 5, 6, 7]]);
    const second = await startReplica(await broker.busFor('coordinator'), { instance: 'second' });
    let running = true;
    const load = (async () => {
      const states: string[] = [];
      while (running)
        states.push(...(await Promise.all(Array.from({ length: 10 }, () => client.run({ skill: SKILL })))).map(({ state }) => state));
      return states;
    })();
    await eventually(() => {
      const [mine, others] = shares(first, second) as [number[], number[]];
      return mine.length > 0 && others.length > 0 && [...mine, ...others].sort().join() === '0,1,2,3,4,5,6,7';
    });
    await first.stop();
    // sooner than a replica is given up whose beats are missed
    await eventually(() => shares(second)[0]!.length === 8, { timeout: 2_400 });
    running = false;
    expect(new Set(await load)).toEqual(new Set(['COMPLETED']));
  });
});
