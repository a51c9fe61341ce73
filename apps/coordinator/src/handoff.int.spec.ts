import { agentManifest, type Bus } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects, type AgentMessage, type HandoffRequest, type TaskStart } from '@waggle/protocol';
import { eventually, offerSkill, scriptedAgent, type ScriptedAnswer, type ScriptedTask, type TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from './testing/client.js';
import { everyCrash } from './testing/every-crash.js';
import { logOf, SKILL, testMesh } from './testing/mesh.js';
import { startReplica } from './testing/replica.js';

const HANDOFF: Omit<HandoffRequest, 'fromAgent' | 'taskId'> = {
  reason: 'NEEDS_SPECIALIST',
  context: { completedWork: 'half', remainingWork: 'the other half' },
};

describe('tasks that change hands', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;
  /** By agent, what it does with a task. */
  const scripts: Record<string, (task: ScriptedTask) => ScriptedAnswer> = {};
  const taken: string[] = [];

  const handOn = (request: Partial<HandoffRequest>): ScriptedAnswer => ({
    result: { kind: 'handoff', request: { ...HANDOFF, ...request }, workState: { half: true } },
  });

  beforeAll(async () => {
    ({ broker, see } = await testMesh({ partitions: 1 }));
    await broker.allow(agentManifest('expert'));
    await offerSkill(see, 'expert.do', [{ agent: 'expert', slots: 8, freeSlots: 8 }]);
    for (const name of ['worker', 'expert']) {
      await scriptedAgent(await broker.busFor(name), {
        beat: 0,
        script: (task) => {
          taken.push(`${task.flowId} ${name} ${task.attempt}`);
          return scripts[name]!(task);
        },
      });
    }
    client = await TestClient.join(broker);
  });

  /** At every entry of the log at most one attempt of a task is under way, and each one begins when the one before has ended. */
  const expectOneOwner = async (flowId: string): Promise<void> => {
    let owner: string | undefined;
    for (const { events } of await logOf(see, flowId)) {
      for (const event of events) {
        if (event.type === 'taskDispatched') {
          expect(owner).toBeUndefined();
          owner = event.agent;
        } else if (['taskHandedOn', 'handoffReturned', 'taskCompleted', 'attemptFailed', 'taskRelies'].includes(event.type))
          owner = undefined;
      }
    }
  };

  it('whatever dies meanwhile: each has one owner at every moment, and the work goes on where it was', async () => {
    scripts.worker = () => handOn({ toSkill: 'expert.do' });
    scripts.expert = ({ dispatch }) => ({ output: { kind: dispatch.kind, half: dispatch.workState, from: dispatch.handoff?.fromAgent } });
    const effects = await everyCrash(broker, 'hands', async (flowId) => {
      const outcome = await client.run({ skill: SKILL }, flowId);
      expect(outcome).toMatchObject({ state: 'COMPLETED', output: { kind: 'handoff', half: { half: true }, from: 'worker' } });
      await expectOneOwner(flowId);
    });
    expect(effects).toBeGreaterThan(8);
  }, 120_000);

  it('come back from whoever refuses them', async () => {
    await startReplica(await broker.busFor('coordinator'));
    scripts.worker = ({ attempt, dispatch }) => (attempt === 1 ? handOn({ toSkill: 'expert.do' }) : { output: dispatch.workState });
    scripts.expert = () => ({ result: { kind: 'rejected', error: { code: 'BUSY', message: 'not now', retryable: false } } });
    expect(await client.run({ skill: SKILL }, 'refused')).toMatchObject({ state: 'COMPLETED', output: { half: true } });
    expect(taken.filter((each) => each.startsWith('refused'))).toEqual(['refused worker 1', 'refused expert 2', 'refused worker 3']);
    await expectOneOwner('refused');
  });

  it('come back from whoever does not take them in time, but not from whoever did', async () => {
    scripts.worker = ({ attempt, flowId }) => {
      // the one that is taken must be taken by then, on a slow machine too
      const expiresAt = new Date(Date.now() + (flowId === 'accepted' ? 2_500 : 700)).toISOString();
      return attempt === 1 ? handOn({ toSkill: 'expert.do', expiresAt }) : { output: 'mine again' };
    };
    scripts.expert = () => 'never';
    expect(await client.run({ skill: SKILL }, 'expired')).toMatchObject({ state: 'COMPLETED', output: 'mine again' });
    scripts.expert = ({ flowId, taskId, attempt }) => {
      const payload: TaskStart = { starts: 0, instance: 'i' };
      const message = createMessage({ type: MESSAGE_TYPES.start, from: 'expert', tenant: TENANT, payload });
      void see.publish(subjects.start(TENANT, 'expert', flowId, taskId, attempt), JSON.stringify(message));
      return 'never';
    };
    await client.submit({ skill: SKILL }, 'accepted');
    await eventually(async () => {
      const events = (await logOf(see, 'accepted')).flatMap((entry) => entry.events);
      expect(events.some(({ type }) => type === 'handoffReturned')).toBe(false);
      return events.some(({ type }) => type === 'handoffAccepted');
    });
  });

  it('may wait for child flows without a process, and read how they ended', async () => {
    const ids = ['1', '2'].map((digit) => `c-${digit.repeat(40)}`);
    scripts.worker = ({ flowId, dispatch, attempt }) => {
      if (flowId !== 'relies') return { output: null };
      if (dispatch.delegated) return { output: dispatch.delegated };
      for (const id of ids) {
        const payload = { skill: SKILL, parent: { flowId, taskId: 'task', attempt, delegated: true } };
        const message = createMessage({ type: MESSAGE_TYPES.submit, from: 'worker', tenant: TENANT, hop: 1, payload });
        void see.publishOnce('SUBMIT', subjects.submit(TENANT, 'worker', id), JSON.stringify(message));
      }
      return { result: { kind: 'delegated', request: { flows: ids } } };
    };
    const definition = { name: 'relies', budget: { tasks: 20 }, steps: [{ id: 'task', skill: SKILL }], output: '${{ steps.task.output }}' };
    expect(await client.run({ definition }, 'relies')).toMatchObject({
      state: 'COMPLETED',
      output: ids.map((flowId) => ({ flowId, state: 'COMPLETED' })),
    });
    const children = (await logOf(see, 'relies')).flatMap(({ events }) => events).filter(({ type }) => type === 'childReserved');
    expect(children).toHaveLength(2);
  });

  it('are told so in the dispatch itself', async () => {
    const [message] = await see.read('TASK', subjects.task(TENANT, 'expert', '*', 'refused', '*', '*'));
    expect(message?.json<AgentMessage>().payload).toMatchObject({
      kind: 'handoff',
      handoff: { fromAgent: 'worker', context: HANDOFF.context },
    });
  });
});
