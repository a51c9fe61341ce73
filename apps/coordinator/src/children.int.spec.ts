import { createHash } from 'node:crypto';
import type { Bus } from '@waggle/bus';
import { subjects, type AgentMessage, type Outcome } from '@waggle/protocol';
import { eventually, scriptedAgent, type ScriptedAgent, type TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from './testing/client.js';
import { logOf, SKILL, testMesh } from './testing/mesh.js';
import { startReplica } from './testing/replica.js';

const childId = (n: number | string): string => `c-${createHash('sha256').update(String(n)).digest('hex').slice(0, 40)}`;

describe('child flows', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;
  let agent: ScriptedAgent;
  let release = (): void => undefined;

  const ask = async (flowId: string, payload: object, owner = 'worker'): Promise<void> => {
    await see.publishOnce('SUBMIT', subjects.submit(TENANT, owner, flowId), JSON.stringify({ type: 'waggle.submit.v1', payload }));
  };
  const endOf = (flowId: string, owner = 'worker'): Promise<Outcome> =>
    eventually(async () => (await see.last('FLOW', subjects.outcome(TENANT, owner, flowId)))?.json<AgentMessage<Outcome>>().payload);
  const eventsIn = async (flowId: string) => (await logOf(see, flowId)).flatMap(({ events }) => events);

  beforeAll(async () => {
    ({ broker, see } = await testMesh());
    await startReplica(await broker.busFor('coordinator'));
    await startReplica(await broker.busFor('coordinator'));
    agent = await scriptedAgent(await broker.busFor('worker'), {
      beat: 0,
      slots: 64,
      script: async ({ dispatch }) => {
        if (dispatch.input === 'parent') await new Promise<void>((resolve) => (release = resolve));
        return dispatch.input === 'hang' ? 'never' : { output: dispatch.input };
      },
    });
    client = await TestClient.join(broker);
  });

  const parentFlow = async (flowId: string) => {
    const definition = { name: 'parent', budget: { tasks: 10, time: '1m' }, steps: [{ id: 'task', skill: SKILL, input: 'parent' }] };
    await client.submit({ definition }, flowId);
    // at work on it: `release` is its own
    await eventually(() => agent.taken.some((task) => task.flowId === flowId));
    return { flowId, taskId: 'task', attempt: 1 };
  };

  it('are reserved in the log of their parent, end there, and their parent ends after them', async () => {
    const parent = await parentFlow('p1');
    await ask(childId(1), { skill: SKILL, input: 'child', parent });
    expect(await endOf(childId(1))).toMatchObject({ state: 'COMPLETED', output: 'child' });
    const types = (await eventsIn('p1')).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['childReserved', 'childEnded']));
    release();
    expect(await client.outcome('p1')).toMatchObject({ state: 'COMPLETED' });
  });

  it('are refused beyond the budget, of others, of those that have ended, and of themselves', async () => {
    const parent = await parentFlow('p2');
    await ask(childId(2), {
      definition: { name: 'big', budget: { tasks: 50 }, steps: [{ id: 'a', skill: SKILL, forEach: '[1]' }] },
      parent,
    });
    expect(await endOf(childId(2))).toMatchObject({ state: 'REJECTED', errors: [{ code: 'BUDGET_EXCEEDED' }] });
    await ask(childId(3), { skill: SKILL, parent }, 'thief');
    expect(await endOf(childId(3), 'thief')).toMatchObject({ state: 'REJECTED', errors: [{ code: 'PARENT_ENDED' }] });
    await ask('not-derived', { skill: SKILL, parent });
    expect(await endOf('not-derived')).toMatchObject({ state: 'REJECTED', errors: [{ code: 'INVALID_MESSAGE' }] });
    await ask(childId(4), { skill: SKILL, parent: { ...parent, flowId: childId(4) } });
    expect(await endOf(childId(4))).toMatchObject({
      state: 'REJECTED',
      errors: [{ code: 'INVALID_MESSAGE', path: 'payload.parent.flowId' }],
    });
    release();
    await client.outcome('p2');
    await ask(childId(5), { skill: SKILL, parent });
    expect(await endOf(childId(5))).toMatchObject({ state: 'REJECTED', errors: [{ code: 'PARENT_ENDED' }] });
  });

  it('that name each other as parents are both refused, and nobody waits', async () => {
    const [a, b] = [childId('a'), childId('b')];
    await Promise.all([
      ask(a, { skill: SKILL, parent: { flowId: b, taskId: 'task', attempt: 1 } }),
      ask(b, { skill: SKILL, parent: { flowId: a, taskId: 'task', attempt: 1 } }),
    ]);
    for (const id of [a, b]) expect(await endOf(id)).toMatchObject({ state: 'REJECTED', errors: [{ code: 'PARENT_ENDED' }] });
  });

  it('are canceled when their parent is', async () => {
    const parent = await parentFlow('p3');
    await ask(childId(6), { skill: SKILL, input: 'hang', parent });
    await eventually(async () => (await eventsIn(childId(6))).some(({ type }) => type === 'taskDispatched'));
    await client.signal('p3', 'cancel');
    expect(await client.outcome('p3')).toMatchObject({ state: 'CANCELED' });
    expect(await endOf(childId(6))).toMatchObject({ state: 'CANCELED' });
    release();
  });
});
