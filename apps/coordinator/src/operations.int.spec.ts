import type { Bus } from '@waggle/bus';
import { createMessage, freezeKey, MESSAGE_TYPES, subjects, type AgentMessage, type FlowStatus, type SignalName } from '@waggle/protocol';
import { eventually, scriptedAgent, type ScriptedAnswer, type ScriptedTask, type TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from './testing/client.js';
import { everyCrash } from './testing/every-crash.js';
import { setAckWait } from './testing/input-queue.js';
import { eventsOf, logOf, SKILL, testMesh } from './testing/mesh.js';
import { startReplica } from './testing/replica.js';

describe('operating flows', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;
  let script: (task: ScriptedTask) => ScriptedAnswer | Promise<ScriptedAnswer> = ({ dispatch }) => ({ output: dispatch.input });

  const signal = async (
    ...[flowId, name, id, data]: [flowId: string, name: SignalName, id: string, data?: Record<string, unknown>]
  ): Promise<void> => {
    const message = createMessage({
      type: MESSAGE_TYPES.signal,
      from: 'client',
      tenant: TENANT,
      payload: { signal: name, ...(data && { data }) },
    });
    await see.publishOnce('SUBMIT', subjects.signal(TENANT, 'client', flowId, id), JSON.stringify(message));
  };

  const seen = (flowId: string, type: string): Promise<boolean> => eventually(async () => (await eventsOf(see, flowId)).includes(type));

  beforeAll(async () => {
    ({ broker, see } = await testMesh({ partitions: 1 }));
    // the rounds are many: inputs of the dead come again sooner than in production
    await setAckWait(see, 150);
    await scriptedAgent(await broker.busFor('worker'), { beat: 0, script: (task) => script(task) });
    client = await TestClient.join(broker);
  });

  const chain = {
    name: 'chain',
    steps: [
      { id: 'a', skill: SKILL, input: { step: 'a' } },
      { id: 'b', skill: SKILL, input: { step: 'b' }, needs: ['a'] },
    ],
  };

  it('a pause keeps the results that arrive, whatever dies meanwhile, and a resume goes on with them', async () => {
    const release = new Map<string, () => void>();
    script = async ({ flowId, taskId }) => {
      if (taskId === 'a') await new Promise<void>((resolve) => release.set(flowId, resolve));
      return { output: taskId };
    };
    const effects = await everyCrash(broker, 'paused', async (flowId) => {
      await client.submit({ definition: chain }, flowId);
      await eventually(() => release.has(flowId));
      await signal(flowId, 'pause', `p-${flowId}`);
      await seen(flowId, 'flowPaused');
      release.get(flowId)!();
      await seen(flowId, 'taskCompleted');
      expect((await eventsOf(see, flowId)).filter((type) => type === 'taskDispatched')).toHaveLength(1);
      await signal(flowId, 'resume', `r-${flowId}`);
      expect(await client.outcome(flowId)).toMatchObject({ state: 'COMPLETED', output: { a: 'a', b: 'b' } });
    });
    expect(effects).toBeGreaterThan(10);
  }, 120_000);

  it('a cancel with a grace waits for what runs, and no longer', async () => {
    const replica = await startReplica(await broker.busFor('coordinator'));
    let release = (): void => undefined;
    script = async () => {
      await new Promise<void>((resolve) => (release = resolve));
      return { output: null };
    };
    const atWork = async (flowId: string): Promise<void> => {
      release = () => undefined;
      const before = release;
      await client.submit({ definition: chain }, flowId);
      await eventually(() => release !== before);
    };
    await atWork('gentle');
    await signal('gentle', 'cancel', 'c1', { grace: 60_000 });
    await seen('gentle', 'attemptStopping');
    release();
    expect(await client.outcome('gentle')).toMatchObject({ state: 'CANCELED', tasks: { completed: 1 } });
    await atWork('forced');
    await signal('forced', 'cancel', 'c2', { grace: 300 });
    expect(await client.outcome('forced')).toMatchObject({ state: 'CANCELED', tasks: { canceled: 1 } });
    release();
    await replica.stop();
  });

  it('a failed flow goes on as another that does only what is left, whatever dies meanwhile', async () => {
    const effects = await everyCrash(broker, 'again', async (flowId) => {
      const worked: string[] = [];
      let broken = true;
      script = (task) => {
        worked.push(`${task.flowId} ${task.taskId}`);
        if (task.taskId === 'b' && broken) return { result: { kind: 'failed', error: { code: 'BROKEN', message: 'x', retryable: false } } };
        return { output: task.taskId };
      };
      expect(await client.run({ definition: chain }, flowId)).toMatchObject({ state: 'FAILED' });
      broken = false;
      const next = `${flowId}-next`;
      expect(await client.run({ resumes: { flowId } }, next)).toMatchObject({ state: 'COMPLETED', output: { a: 'a', b: 'b' } });
      expect(new Set(worked)).toEqual(new Set([`${flowId} a`, `${flowId} b`, `${next} b`]));
    });
    expect(effects).toBeGreaterThan(10);
    await startReplica(await broker.busFor('coordinator'));
    expect((await logOf(see, 'again-0-next'))[0]!.events[0]).toMatchObject({ type: 'flowStarted', resumes: { flowId: 'again-0' } });
    expect(await client.run({ resumes: { flowId: 'nobody' } })).toMatchObject({ state: 'REJECTED', errors: [{ code: 'FLOW_UNKNOWN' }] });
    const stranger = await TestClient.join(broker, 'stranger');
    expect(await stranger.run({ resumes: { flowId: 'again-0' } })).toMatchObject({ errors: [{ code: 'FLOW_UNKNOWN' }] });
    expect(await client.run({ resumes: { flowId: 'again-0', n: 1000 } })).toMatchObject({ errors: [{ path: 'payload.resumes.n' }] });
  }, 120_000);

  it('a frozen skill holds its tasks, visibly, until it is thawed', async () => {
    script = ({ dispatch }) => ({ output: dispatch.input });
    const quotas = see.bucket('QUOTAS');
    await quotas.put(freezeKey(SKILL), JSON.stringify({ skill: SKILL, by: 'test' }));
    const flowId = await eventually(async () => {
      const id = await client.submit({ skill: SKILL, input: 1 });
      const [first] = await eventually(async () => {
        const events = (await logOf(see, id)).flatMap(({ events: all }) => all).filter(({ type }) => type.startsWith('task'));
        return events.length > 0 && events;
      });
      return first!.type === 'taskWaiting' && id;
    });
    const status = await eventually(async () => {
      const last = await see.last('PROGRESS', subjects.status(TENANT, 'client', flowId));
      return last?.json<AgentMessage<FlowStatus>>().payload;
    });
    expect(status.steps[0]).toMatchObject({ state: 'WAITING', waitingFor: 'FROZEN' });
    await quotas.delete(freezeKey(SKILL));
    const payload = { source: 'cli', type: 'skill-thawed', data: { skill: SKILL } };
    const message = createMessage({ type: MESSAGE_TYPES.event, from: 'cli', tenant: TENANT, payload });
    await see.publish(subjects.event(TENANT, 'cli', 'skill-thawed'), JSON.stringify(message));
    expect(await client.outcome(flowId)).toMatchObject({ state: 'COMPLETED', output: 1 });
  });
});
