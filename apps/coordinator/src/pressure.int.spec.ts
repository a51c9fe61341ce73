import { agentManifest, type Bus } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects } from '@waggle/protocol';
import { eventually, offerSkill, scriptedAgent, type TestBroker } from '@waggle/testkit';
import { Directory } from './engine/directory.js';
import { Pressure } from './engine/pressure.js';
import { QueueDepths } from './engine/queue-depths.js';
import { TENANT, TestClient } from './testing/client.js';
import { SKILL, testMesh } from './testing/mesh.js';
import { startReplica, type Replica } from './testing/replica.js';

const DEPTH = 20;

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
    replica = await startReplica(await broker.busFor('coordinator'), { depths: { tasks: DEPTH, inputs: 20_000 } });
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

  it('refuses new flows past the depth of a queue, says when to come again, and takes them once it is shorter', async () => {
    // nobody takes: the tasks stay where they are
    await broker.allow(agentManifest('idle'));
    await offerSkill(see, 'idle.do', [{ agent: 'idle', slots: 2, freeSlots: 0, meanMs: 500 }]);
    await eventually(() => replica.app.get(Directory).find('idle.do') !== undefined);
    const depths = replica.app.get(QueueDepths);
    for (let n = 0; n < DEPTH; n++) await client.submit({ skill: 'idle.do' }, `queued-${n}`);
    await eventually(async () => {
      await depths.look('idle');
      return depths.of('idle') >= DEPTH;
    });
    const refused = await client.run({ skill: 'idle.do' });
    expect(refused).toMatchObject({ state: 'REJECTED', errors: [{ code: 'OVERLOADED' }], retryAfter: expect.any(Number) as number });
    expect(refused.retryAfter).toBeGreaterThanOrEqual(1_000);
    // other agents' work is not held up by it
    expect(await client.run({ skill: SKILL })).toMatchObject({ state: 'COMPLETED' });
    const agent = await scriptedAgent(await broker.busFor('idle'), { beat: 0 });
    await eventually(() => agent.results.length === DEPTH);
    await depths.look('idle');
    expect(await client.run({ skill: 'idle.do' })).toMatchObject({ state: 'COMPLETED' });
  });

  it('hands inputs back until there is room, and loses none', async () => {
    const handedBack = async (): Promise<number> =>
      (await replica.metrics.registry.getSingleMetric('waggle_inputs_handed_back_total')!.get()).values[0]!.value;
    const before = await handedBack();
    const { bytes, maxBytes } = await see.figures('TASK');
    await limit(see, 'TASK', bytes + 10);
    await client.submit({ skill: SKILL, input: 'patient' }, 'patient');
    await eventually(async () => (await handedBack()) > before);
    expect(await see.last('FLOW', subjects.flow(TENANT, 'patient'))).toBeDefined();
    await limit(see, 'TASK', maxBytes);
    expect(await client.outcome('patient')).toMatchObject({ state: 'COMPLETED', output: 'patient' });
  });
});

describe('two tenants', () => {
  it('one that has had much less than its share goes first while the queue is long, whoever filled it before it came', async () => {
    const { broker, see } = await testMesh();
    const replica = await startReplica(await broker.busFor('coordinator'));
    await broker.allow(agentManifest('busy'));
    await offerSkill(see, 'busy.do', [{ agent: 'busy', slots: 2, freeSlots: 0 }]);
    await eventually(() => replica.app.get(Directory).find('busy.do') !== undefined);
    const ask = async (tenant: string, flowId: string): Promise<void> => {
      const message = createMessage({ type: MESSAGE_TYPES.submit, from: 'client', tenant, payload: { skill: 'busy.do' } });
      await see.publish(subjects.submit(tenant, 'client', flowId), JSON.stringify(message));
    };
    const dispatched = (tenant: string, flowId: string): Promise<string> =>
      eventually(async () => (await see.read('TASK', subjects.task(tenant, 'busy', '*', flowId, '*', '*')))[0]?.subject.split('.')[4]);
    for (let n = 0; n < 8; n++) await ask('loud', `l${n}`);
    await dispatched('loud', 'l7');
    await replica.app.get(QueueDepths).look('busy');
    await ask('loud', 'later');
    await ask('quiet', 'q1');
    expect(await dispatched('loud', 'later')).toBe('normal');
    expect(await dispatched('quiet', 'q1')).toBe('high');
    // also when the queue is short for a moment: it goes up and down faster than it is looked at
    const agent = await scriptedAgent(await broker.busFor('busy'), { beat: 0 });
    await eventually(() => agent.results.length === 10);
    await replica.app.get(QueueDepths).look('busy');
    expect(replica.app.get(QueueDepths).of('busy')).toBe(0);
    await ask('quiet', 'q2');
    expect(await dispatched('quiet', 'q2')).toBe('high');
  });
});
