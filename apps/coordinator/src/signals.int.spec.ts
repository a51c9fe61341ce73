import type { Bus } from '@waggle/bus';
import { subjects, type AgentMessage, type AuditEntry } from '@waggle/protocol';
import { eventually, scriptedAgent, type ScriptedAgent, type TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from './testing/client.js';
import { setAckWait, takeInput } from './testing/input-queue.js';
import { logOf, SKILL, testMesh } from './testing/mesh.js';
import { startReplica, type Replica } from './testing/replica.js';

describe('signals', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;
  let agent: ScriptedAgent;
  const release = new Map<string, () => void>();

  const signalsOf = async (flowId: string) =>
    (await logOf(see, flowId)).flatMap(({ events }) => events).filter(({ type }) => type === 'signalApplied' || type === 'signalIgnored');

  beforeAll(async () => {
    ({ broker, see } = await testMesh({ partitions: 1 }));
    await startReplica(await broker.busFor('coordinator'), { operators: ['operator'] });
    agent = await scriptedAgent(await broker.busFor('worker'), {
      beat: 0,
      slots: 1,
      script: async ({ flowId }) => {
        await new Promise<void>((resolve) => release.set(flowId, resolve));
        return { output: null };
      },
    });
    client = await TestClient.join(broker);
  });

  it('for a flow that nobody knows are audited and acknowledged, never parked, and hold up nothing', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, i) => client.signal(`nobody-${i}`, 'cancel')));
    await client.submit({ skill: SKILL }, 'after-strays');
    await eventually(() => release.has('after-strays'));
    release.get('after-strays')!();
    expect(await client.outcome('after-strays')).toMatchObject({ state: 'COMPLETED' });
    const audited = await eventually(async () => {
      const found = await see.read('AUDIT', subjects.audit(TENANT, 'coordinator', 'signal'));
      const entries = found.map((message) => message.json<AgentMessage<AuditEntry & { data?: { more: number } }>>().payload);
      return entries.reduce((sum, { data }) => sum + 1 + (data?.more ?? 0), 0) >= 50 && entries;
    });
    expect(audited.length).toBeLessThan(50);
    expect(audited[0]).toMatchObject({
      actor: 'client',
      action: 'cancel',
      reason: 'FLOW_UNKNOWN',
    });
    await eventually(async () => (await see.figures('INPUT')).messages === 0);
  });

  it('cancel: what runs is told to stop, what is queued never runs', async () => {
    const steps = [{ id: 'each', skill: SKILL, forEach: 'input.list' }];
    const flowId = await client.submit({ definition: { name: 'many', steps }, input: { list: [1, 2, 3] } }, 'canceled');
    await eventually(() => release.has(flowId));
    await client.signal(flowId, 'cancel');
    expect(await client.outcome(flowId)).toMatchObject({ state: 'CANCELED' });
    const aborts = await see.read('PROGRESS', subjects.abort(TENANT, 'worker', flowId, '*', '*'));
    expect(aborts).toHaveLength(3);
    // the agent's one slot is free again only now, and nothing of the flow is left to take
    release.get(flowId)!();
    await client.submit({ skill: SKILL }, 'next');
    await eventually(() => release.has('next'));
    release.get('next')!();
    await client.outcome('next');
    expect(agent.taken.filter((task) => task.flowId === flowId)).toHaveLength(1);
  });

  it('of a stranger change nothing, those of an operator count', async () => {
    const stranger = await TestClient.join(broker, 'stranger');
    const operator = await TestClient.join(broker, 'operator');
    const flowId = await client.submit({ skill: SKILL }, 'defended');
    await eventually(() => release.has(flowId));
    for (const [who, name] of [
      [stranger, 'cancel'],
      [operator, 'cancel'],
    ] as const) {
      const message = JSON.stringify({ type: 'waggle.signal.v1', payload: { signal: name } });
      await see.publishOnce('SUBMIT', subjects.signal(TENANT, who.bus.me, flowId, `by-${who.bus.me}`), message);
    }
    expect(await client.outcome(flowId)).toMatchObject({ state: 'CANCELED' });
    expect(await signalsOf(flowId)).toEqual([
      expect.objectContaining({ type: 'signalIgnored', by: 'stranger', why: 'NOT_OWNER' }),
      expect.objectContaining({ type: 'signalApplied', by: 'operator' }),
    ]);
    release.get(flowId)!();
  });

  it('that cannot be read are audited', async () => {
    await see.publishOnce('SUBMIT', subjects.signal(TENANT, 'client', 'nobody', 'bad'), 'not json');
    await eventually(async () => {
      const found = await see.read('AUDIT', subjects.audit(TENANT, 'coordinator', 'signal'));
      return found.some((message) => message.json<AgentMessage<AuditEntry>>().payload.reason === 'BAD_JSON');
    });
  });
});

/** The only partition's queue is in the test's hands: it decides what is delivered when. */
describe('signals whose delivery is out of order', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;
  let replica: Replica;

  beforeEach(async () => {
    ({ broker, see } = await testMesh({ partitions: 1 }));
    // what the test holds comes again when it says so, not before
    await setAckWait(see, 60_000);
    client = await TestClient.join(broker);
  });

  it('a pause that comes again after its resume was decided holds nothing up', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await scriptedAgent(await broker.busFor('worker'), { beat: 0, script: async () => held.then(() => ({ output: null })) });
    replica = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    const steps = [
      { id: 'a', skill: SKILL },
      { id: 'b', skill: SKILL, needs: ['a'] },
    ];
    const flowId = await client.submit({ definition: { name: 'two', steps } });
    await eventually(async () => (await see.read('TASK', subjects.task(TENANT, 'worker', '*', flowId, '*', '*'))).length === 1);
    await replica.stop();
    await client.signal(flowId, 'pause');
    const pause = await takeInput(see, 'signal');
    replica = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    await client.signal(flowId, 'resume');
    const control = async () => (await logOf(see, flowId)).flatMap(({ events }) => events).filter(({ type }) => type.startsWith('signal'));
    await eventually(async () => (await control()).length === 1);
    pause.nak();
    await eventually(async () => (await control()).length === 2);
    expect((await control()).map((event) => 'signal' in event && event.signal)).toEqual(['resume', 'pause']);
    expect((await control())[1]).toMatchObject({ type: 'signalIgnored', why: 'SUPERSEDED' });
    release();
    expect(await client.outcome(flowId)).toMatchObject({ state: 'COMPLETED', tasks: { completed: 2 } });
  });

  it('a signal that comes before its flow was decided waits for it, and is no stray', async () => {
    await scriptedAgent(await broker.busFor('worker'), { beat: 0, script: () => 'never' });
    const flowId = await client.submit({ skill: SKILL });
    const submission = await takeInput(see, 'submit');
    await client.signal(flowId, 'cancel');
    replica = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    await eventually(
      async () => (await replica.metrics.registry.getSingleMetric('waggle_inputs_handed_back_total')!.get()).values[0]!.value > 0,
    );
    submission.nak();
    expect(await client.outcome(flowId)).toMatchObject({ state: 'CANCELED' });
    expect(await see.read('AUDIT', subjects.audit(TENANT, 'coordinator', 'signal'))).toEqual([]);
  });
});
