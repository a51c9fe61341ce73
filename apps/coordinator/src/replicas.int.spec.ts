import type { Bus } from '@waggle/bus';
import { scriptedAgent, type ScriptedAgent, type TestBroker } from '@waggle/testkit';
import { TestClient } from './testing/client.js';
import { logOf, SKILL, testMesh } from './testing/mesh.js';
import { startReplica, type Replica } from './testing/replica.js';

const chain = (length: number) => ({
  name: 'chain',
  steps: Array.from({ length }, (_, i) => ({ id: `s${i}`, skill: SKILL, ...(i > 0 && { needs: [`s${i - 1}`] }) })),
});
const fan = {
  name: 'fan',
  steps: [{ id: 'each', skill: SKILL, forEach: 'input.list', input: { n: '${{ item }}' } }],
  output: '${{ size(steps.each.output) }}',
};

const count = async (replica: Replica, name: string): Promise<number> =>
  (await replica.metrics.registry.getSingleMetric(name)!.get()).values.reduce((sum, { value }) => sum + value, 0);

/** Replicas that do not know of each other serve every partition together: the worst overlap there can be. */
describe.each([2, 3])('%i replicas on the same partitions', (replicas) => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;
  let agent: ScriptedAgent;
  const running: Replica[] = [];

  beforeAll(async () => {
    ({ broker, see } = await testMesh({ partitions: 2 }));
    for (let i = 0; i < replicas; i++) running.push(await startReplica(await broker.busFor('coordinator'), { hidden: true }));
    agent = await scriptedAgent(await broker.busFor('worker'), { beat: 0, slots: 128 });
    client = await TestClient.join(broker);
  });

  it('lose no result by ignoring it on a stale cache', async () => {
    const ids = await Promise.all(Array.from({ length: 60 }, () => client.submit({ definition: chain(6) })));
    const outcomes = await Promise.all(ids.map((id) => client.outcome(id, 60_000)));
    expect(outcomes.filter(({ state }) => state === 'COMPLETED')).toHaveLength(60);
    expect(agent.taken).toHaveLength(360);
    for (const id of ids) expect((await logOf(see, id)).map(({ n }) => n)).toEqual((await logOf(see, id)).map((_, i) => i + 1));
  }, 90_000);

  it('join a wide step though its results are torn between them', async () => {
    const list = Array.from({ length: 100 }, (_, i) => i);
    const ids = await Promise.all(Array.from({ length: 4 }, () => client.submit({ definition: fan, input: { list } })));
    for (const id of ids) expect(await client.outcome(id, 60_000)).toMatchObject({ state: 'COMPLETED', output: 100 });
    const refused = await Promise.all(running.map((replica) => count(replica, 'waggle_appends_refused_total')));
    expect(refused.reduce((sum, each) => sum + each)).toBeGreaterThan(0);
  }, 90_000);
});
