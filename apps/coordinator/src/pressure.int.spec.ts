import type { Bus } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import { eventually, scriptedAgent, type TestBroker } from '@waggle/testkit';
import { Pressure } from './engine/pressure.js';
import { TENANT, TestClient } from './testing/client.js';
import { SKILL, testMesh } from './testing/mesh.js';
import { startReplica, type Replica } from './testing/replica.js';

/** Changes a limit of a stream, as somebody who runs the broker would. */
const limit = async (see: Bus, stream: string, maxBytes: number): Promise<void> => {
  const info = (await see.request(`$JS.API.STREAM.INFO.${stream}`, '')).json<{ config: object }>();
  const changed = await see.request(`$JS.API.STREAM.UPDATE.${stream}`, JSON.stringify({ ...info.config, max_bytes: maxBytes }));
  expect(changed.json<{ error?: unknown }>().error).toBeUndefined();
};

describe('a disk that fills up', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;
  let replica: Replica;

  beforeAll(async () => {
    ({ broker, see } = await testMesh());
    replica = await startReplica(await broker.busFor('coordinator'));
    await scriptedAgent(await broker.busFor('worker'), { beat: 0 });
    client = await TestClient.join(broker);
  });

  it('refuses new flows before those that run have no room left, and takes them again', async () => {
    await client.run({ skill: SKILL, input: 'x'.repeat(50_000) });
    const { bytes, maxBytes } = await see.figures('FLOW');
    await limit(see, 'FLOW', Math.ceil(bytes / 0.72));
    await replica.app.get(Pressure).look();
    expect(await client.run({ skill: SKILL })).toMatchObject({ state: 'REJECTED', errors: [{ code: 'OVERLOADED' }] });
    await limit(see, 'FLOW', maxBytes);
    await replica.app.get(Pressure).look();
    expect(await client.run({ skill: SKILL })).toMatchObject({ state: 'COMPLETED' });
  });

  it('hands inputs back until there is room, and loses none', async () => {
    const { bytes, maxBytes } = await see.figures('TASK');
    await limit(see, 'TASK', bytes + 10);
    await client.submit({ skill: SKILL, input: 'patient' }, 'patient');
    await eventually(
      async () => (await replica.metrics.registry.getSingleMetric('waggle_inputs_handed_back_total')!.get()).values[0]!.value > 0,
      { timeout: 8_000 },
    );
    expect(await see.last('FLOW', subjects.flow(TENANT, 'patient'))).toBeDefined();
    await limit(see, 'TASK', maxBytes);
    expect(await client.outcome('patient')).toMatchObject({ state: 'COMPLETED', output: 'patient' });
  }, 20_000);
});
