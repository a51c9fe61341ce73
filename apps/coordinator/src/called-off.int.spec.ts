import type { Bus } from '@waggle/bus';
import { type TestBroker } from '@waggle/testkit';
import { TestClient } from './testing/client.js';
import { eventsOf, SKILL, testMesh } from './testing/mesh.js';
import { startReplica } from './testing/replica.js';

/** Found by `npm run simulate -- --seed 19`: the word to stop overtook the dispatch, which then lay in its queue. */
describe('a task that is dispatched and called off by the same entry', () => {
  let broker: TestBroker;
  let see: Bus;

  beforeAll(async () => {
    ({ broker, see } = await testMesh({ partitions: 1 }));
    await startReplica(await broker.busFor('coordinator'));
  });

  it('is given to nobody', async () => {
    const client = await TestClient.join(broker);
    const definition = { name: 'short', budget: { tasks: 1 }, steps: [{ id: 'each', skill: SKILL, forEach: 'input' }] };
    const outcome = await client.run({ definition, input: [1, 2, 3] }, 'short');
    expect(outcome).toMatchObject({ state: 'FAILED', errors: [{ code: 'BUDGET_EXCEEDED' }] });
    expect(await eventsOf(see, 'short')).toEqual(expect.arrayContaining(['taskDispatched', 'taskCanceled']));
    expect((await see.figures('TASK')).lastSequence).toBe(0);
  });
});
