import type { Bus } from '@waggle/bus';
import { subjects, type Problem } from '@waggle/protocol';
import type { TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from '../testing/client.js';
import { setAckWait, takeInput } from '../testing/input-queue.js';
import { SKILL, testMesh } from '../testing/mesh.js';
import { startReplica } from '../testing/replica.js';
import type { FlowDescription } from './flow-describer.js';

describe('a flow that is asked about', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;

  beforeAll(async () => {
    ({ broker, see } = await testMesh({ partitions: 1 }));
    client = await TestClient.join(broker);
  });

  const describeFlow = async (flowId: string, asker: string): Promise<Partial<FlowDescription> & { problems?: Problem[] }> =>
    (await see.request(subjects.endpoint('coordinator', 'describe', asker), JSON.stringify({ tenant: TENANT, flowId }))).json();

  it('just after its submission is told of once it has begun; one of others, or of nobody, is not known', async () => {
    await setAckWait(see, 20_000);
    await client.submit({ skill: SKILL }, 'young');
    const input = await takeInput(see, 'submit');
    await startReplica(await broker.busFor('coordinator'));
    const asked = describeFlow('young', 'client');
    const [others, nobodys] = await Promise.all([describeFlow('young', 'stranger'), describeFlow('none', 'client')]);
    for (const { problems } of [others, nobodys]) expect(problems).toMatchObject([{ code: 'FLOW_UNKNOWN', path: 'flowId' }]);
    input.nak();
    expect(await asked).toMatchObject({ flowId: 'young', owner: 'client', status: { flowId: 'young' } });
  });
});
