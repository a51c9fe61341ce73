import type { Bus } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects, type AgentMessage, type Submit } from '@waggle/protocol';
import { eventually, scriptedAgent, type TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from '../testing/client.js';
import { eventsOf, SKILL, testMesh } from '../testing/mesh.js';
import { startReplica, type Replica } from '../testing/replica.js';

describe('a broker that has forgotten what INPUT held', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;

  beforeAll(async () => {
    ({ broker, see } = await testMesh({ synced: true }));
    client = await TestClient.join(broker);
  }, 30_000);

  let replicas: Replica[] = [];
  const start = async (): Promise<Replica> => {
    const replica = await startReplica(await broker.busFor('coordinator'));
    replicas.push(replica);
    return replica;
  };
  afterEach(async () => {
    for (const replica of replicas) await replica.stop();
    replicas = [];
  });

  const held = async (): Promise<number> => (await see.figures('INPUT')).messages;

  it('is read from by a coordinator that starts: submissions begin, results count', async () => {
    const first = await start();
    const running = await client.submit({ skill: SKILL }, 'running');
    await eventually(async () => (await see.last('TASK', `wg.*.task.*.*.${running}.>`)) ?? (await eventsOf(see, running)).length > 1);
    // it may have been read from its source before INPUT had it
    await eventually(async () => (await see.figures('INPUT')).lastSequence > 0 && (await held()) === 0);
    await first.stop();
    const agent = await scriptedAgent(await broker.busFor('worker'), { beat: 0, script: () => ({ output: 1 }) });
    await eventually(() => agent.results.length === 1);
    const begun = await client.submit({ skill: SKILL }, 'begun');
    await eventually(async () => (await held()) === 2);
    await broker.losePower();
    await eventually(async () => Object.values((await see.figures('INPUT')).sources!).every((silence) => silence < 2_500));
    expect(await held()).toBe(0);
    await start();
    for (const id of [running, begun]) {
      expect(await client.outcome(id, 20_000)).toMatchObject({ state: 'COMPLETED' });
      expect((await eventsOf(see, id)).filter((type) => type === 'flowStarted' || type === 'taskCompleted')).toHaveLength(2);
    }
    expect(agent.taken).toHaveLength(2);
  }, 60_000);

  it('is read on from, though an input in it can never be dealt with; that one is, when it can', async () => {
    await see.publish(subjects.flow(TENANT, 'sick'), 'no log');
    await client.submit({ skill: SKILL }, 'sick');
    // more than are read in one go
    await Promise.all(Array.from({ length: 600 }, (_, n) => client.signal('nobody', 'wake', `s${n}`)));
    await client.submit({ skill: SKILL }, 'behind');
    await eventually(async () => (await held()) >= 602);
    await broker.losePower();
    await start();
    expect(await client.outcome('behind', 20_000)).toMatchObject({ state: 'COMPLETED' });
    await see.purge('FLOW', subjects.flow(TENANT, 'sick'));
    expect(await client.outcome('sick', 20_000)).toMatchObject({ state: 'COMPLETED' });
  }, 60_000);

  it('is read from by a coordinator that saw it go and come back', async () => {
    await see.publish(subjects.flow(TENANT, 'ill'), 'no log');
    const { lines } = await start();
    expect(await client.run({ skill: SKILL })).toMatchObject({ state: 'COMPLETED' });
    await client.submit({ skill: SKILL }, 'ill');
    await eventually(() => lines.some((line) => line.includes('could not be dealt with') && line.includes('"ill"')));
    await eventually(async () => (await held()) === 1);
    await broker.losePower();
    await eventually(async () => (await held()) === 0);
    await see.purge('FLOW', subjects.flow(TENANT, 'ill'));
    expect(await client.outcome('ill', 20_000)).toMatchObject({ state: 'COMPLETED' });
  }, 60_000);

  it('is asked for events too: each counts once, and only for those that waited for it then', async () => {
    const waiting = { name: 'waiting', steps: [{ id: 'event', wait: { event: { source: 'ci', type: 'built' } } }] };
    const started = (name: string) => ({ name, on: [{ source: 'ci', type: 'built' }], steps: [{ id: 'a', when: 'false', skill: SKILL }] });
    const built = async (id: string): Promise<void> => {
      const event = createMessage({ id, type: MESSAGE_TYPES.event, from: 'ci', tenant: TENANT, payload: { source: 'ci', type: 'built' } });
      await see.publish(subjects.event(TENANT, 'ci', 'built'), JSON.stringify(event));
    };
    const startedFlows = async (): Promise<string[]> =>
      (await see.read('SUBMIT', subjects.submit(TENANT, 'coordinator', '*')))
        .map((each) => each.json<AgentMessage<Submit>>().payload.workflow!)
        .sort();
    const waits = (id: string) => eventually(() => see.last('WAIT', subjects.wait(TENANT, 'event', 'ci~built', id)));
    const submit = async (id: string): Promise<void> => {
      await client.submit({ definition: waiting }, id);
      await waits(id);
    };
    await see.bucket('WORKFLOWS').put('before.1.0.0', JSON.stringify(started('before')));
    const first = await start();
    await submit('early');
    await built('one');
    await client.outcome('early');
    await eventually(async () => (await held()) === 0);
    await submit('late');
    await see.bucket('WORKFLOWS').put('after.1.0.0', JSON.stringify(started('after')));
    await first.stop();
    await broker.losePower();
    const second = await start();
    await client.run({ skill: SKILL });
    await second.stop();
    expect(await startedFlows()).toEqual(['before']);
    expect(await eventsOf(see, 'late')).not.toContain('taskCompleted');
    await built('two');
    await eventually(async () => (await see.last('INPUT', 'in.*.*.ci.event.built'))?.json<AgentMessage>().id === 'two');
    await broker.losePower();
    await start();
    expect(await client.outcome('late', 20_000)).toMatchObject({ state: 'COMPLETED', output: { event: { id: 'two' } } });
    await eventually(async () => (await startedFlows()).length === 3);
    expect(await startedFlows()).toEqual(['after', 'before', 'before']);
  }, 60_000);

  it('goes on, though its consumers were further than it is', async () => {
    await start();
    await broker.losePower();
    expect(await client.run({ skill: SKILL }, 'after')).toMatchObject({ state: 'COMPLETED' });
  }, 60_000);
});
