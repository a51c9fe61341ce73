import { scriptedAgent, type TestBroker } from '@waggle/testkit';
import { TestClient } from './testing/client.js';
import { logOf, SKILL, testMesh } from './testing/mesh.js';
import { startReplica } from './testing/replica.js';
import type { Bus } from '@waggle/bus';

describe('a broker that is killed and started again in the middle', () => {
  let broker: TestBroker;
  let see: Bus;

  it('ends every flow once, with each result counted once', async () => {
    ({ broker, see } = await testMesh());
    await startReplica(await broker.busFor('coordinator'));
    await startReplica(await broker.busFor('coordinator'));
    const agent = await scriptedAgent(await broker.busFor('worker'), { beat: 0, slots: 32, delay: 5 });
    const client = await TestClient.join(broker);
    const steps = [
      { id: 'each', skill: SKILL, forEach: 'input.list', input: { n: '${{ item }}' } },
      { id: 'last', skill: SKILL, input: { sum: '${{ size(steps.each.output) }}' } },
    ];
    const definition = { name: 'restarted', steps, output: '${{ steps.last.output }}' };
    const list = Array.from({ length: 20 }, (_, i) => i);
    const ids = await Promise.all(Array.from({ length: 20 }, () => client.submit({ definition, input: { list } })));
    await broker.kill();
    await broker.restart();
    for (const id of ids) {
      expect(await client.outcome(id, 40_000)).toMatchObject({ state: 'COMPLETED', output: { sum: 20 }, tasks: { completed: 21 } });
      const completed = (await logOf(see, id)).flatMap(({ events }) => events).filter(({ type }) => type === 'taskCompleted');
      expect(completed).toHaveLength(21);
    }
    expect(agent.results.filter(({ status }) => status === 'stored').length).toBeLessThanOrEqual(420);
  }, 60_000);
});
