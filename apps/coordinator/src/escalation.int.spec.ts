import type { Bus } from '@waggle/bus';
import { MESSAGE_TYPES, subjects, type AgentMessage, type EscalationRequest, type FlowStatus } from '@waggle/protocol';
import { eventually, scriptedAgent, type ScriptedAgent, type TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from './testing/client.js';
import { everyCrash } from './testing/every-crash.js';
import { setAckWait } from './testing/input-queue.js';
import { eventsOf, logOf, SKILL, testMesh } from './testing/mesh.js';
import { startReplica, type Replica } from './testing/replica.js';

const QUESTION = {
  severity: 'high',
  issue: 'two ways to mend it',
  requestedDecision: 'Which one?',
  options: [
    { id: 'left', label: 'Left' },
    { id: 'right', label: 'Right' },
  ],
};

describe('questions to people', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;
  let agent: ScriptedAgent;
  let replica: Replica;
  const request: Record<string, object> = {};

  const asks = async (flowId: string): Promise<EscalationRequest> =>
    eventually(async () => {
      const [found] = await see.read('ESCALATION', subjects.ask(TENANT, flowId, '*'));
      return found?.json<AgentMessage<EscalationRequest>>().payload;
    });

  const answer = async (
    ...[who, flowId, id, option = 'left']: [who: string, flowId: string, id: string, option?: string]
  ): Promise<void> => {
    const payload = { id, option, decidedBy: `${who} in person` };
    await see.publishOnce(
      'ESCALATION',
      subjects.answer(TENANT, who, flowId, id),
      JSON.stringify({ type: MESSAGE_TYPES.decision, payload }),
    );
  };

  beforeAll(async () => {
    ({ broker, see } = await testMesh({ partitions: 1 }));
    // the rounds are many: inputs of the dead come again sooner than in production
    await setAckWait(see, 150);
    replica = await startReplica(await broker.busFor('coordinator'), { operators: ['operator'] });
    const bus = await broker.busFor('worker');
    agent = await scriptedAgent(bus, {
      beat: 0,
      script: ({ flowId, dispatch: { decision, workState } }) =>
        decision
          ? { output: { took: decision.option, workState } }
          : { result: { kind: 'escalate', request: { ...QUESTION, ...request[flowId] }, workState: { half: 'done' } } },
    });
    client = await TestClient.join(broker);
  });

  it('wait without a process, are answered by a plain message, and the task goes on with what was saved', async () => {
    const flowId = await client.submit({ skill: SKILL }, 'asked');
    const { id, fromAgent, rung } = await asks(flowId);
    expect({ fromAgent, rung }).toEqual({ fromAgent: 'worker', rung: 0 });
    const status = await eventually(async () => {
      const last = await see.last('PROGRESS', subjects.status(TENANT, 'client', flowId));
      const shown = last?.json<AgentMessage<FlowStatus>>().payload;
      return shown?.state === 'INPUT_REQUIRED' && shown;
    });
    expect(status.asks).toMatchObject([{ id, question: 'Which one?', options: ['left', 'right'] }]);
    await answer('client', flowId, id!);
    expect(await client.outcome(flowId)).toMatchObject({ state: 'COMPLETED', output: { took: 'left', workState: { half: 'done' } } });
    expect(await eventsOf(see, flowId)).toContain('taskDecided');
    expect(await see.read('ESCALATION', subjects.ask(TENANT, flowId, '*'))).toEqual([]);
  });

  it('are decided by the first answer that was stored; a stranger, and a second one, change nothing', async () => {
    const flowId = await client.submit({ skill: SKILL }, 'contested');
    const { id } = await asks(flowId);
    await answer('stranger', flowId, id!, 'right');
    await answer('operator', flowId, id!, 'right');
    await answer('client', flowId, id!, 'left');
    expect(await client.outcome(flowId)).toMatchObject({ output: { took: 'right' } });
    const events = (await logOf(see, flowId)).flatMap(({ events: all }) => all);
    expect(events.filter(({ type }) => type === 'taskDecided')).toMatchObject([{ decision: { decidedBy: 'operator in person' } }]);
    expect(events.filter(({ type }) => type === 'answerIgnored')).toEqual(
      expect.arrayContaining([expect.objectContaining({ who: 'stranger', why: 'NOT_ALLOWED' })]),
    );
  });

  it("take their default when nobody answers, by the broker's timer", async () => {
    request.alone = { defaultAction: 'right', ladder: [{ who: 'human', after: 300 }] };
    const flowId = await client.submit({ skill: SKILL }, 'alone');
    expect(await client.outcome(flowId)).toMatchObject({ output: { took: 'right' } });
  });

  it('may be steps of a flow', async () => {
    const steps = [
      { id: 'ask', decide: { question: 'Go?', options: ['yes', 'no'] } },
      { id: 'go', skill: SKILL, when: 'steps.ask.output.option == "yes"' },
    ];
    const flowId = await client.submit({ definition: { name: 'gate', steps } }, 'gate');
    await answer('client', flowId, (await asks(flowId)).id!, 'no');
    expect(await client.outcome(flowId)).toMatchObject({ state: 'COMPLETED', output: { go: null } });
  });

  it('survive the death of the coordinator at any of its effects, and are decided once', async () => {
    await replica.stop();
    const effects = await everyCrash(broker, 'crash', async (flowId) => {
      await client.submit({ skill: SKILL }, flowId);
      await answer('client', flowId, (await asks(flowId)).id!);
      await client.outcome(flowId);
      const events = await eventsOf(see, flowId);
      expect(events.filter((type) => type === 'taskDecided')).toHaveLength(1);
      expect(events.filter((type) => type === 'taskDispatched')).toHaveLength(2);
    });
    expect(effects).toBeGreaterThan(10);
  }, 120_000);

  it('climb their ladder with every service stopped: people hear the rung from the broker alone', async () => {
    const heir = await startReplica(await broker.busFor('coordinator'));
    request.ladder = {
      ladder: [
        { who: 'lead', name: 'lea', after: 1_500 },
        { who: 'on-call', after: 60_000 },
      ],
    };
    const tool = await broker.busFor('phone');
    const heard: EscalationRequest[] = [];
    await tool.subscribe(subjects.rungFeed(TENANT, '*', '*', '*'), (message) =>
      heard.push(message.json<AgentMessage<EscalationRequest>>().payload),
    );
    await client.submit({ skill: SKILL }, 'ladder');
    const { id } = await asks('ladder');
    await eventually(async () => (await see.read('TIMER', subjects.rungAt(TENANT, 'ladder', id!, 1))).length === 1);
    await heir.stop();
    await agent.stop();
    const rung = await eventually(() => heard.find(({ flowId }) => flowId === 'ladder'));
    expect(rung).toMatchObject({ flowId: 'ladder', id, rung: 1, requestedDecision: 'Which one?' });
    // answered while nobody was there: whoever comes up next goes on
    await answer('client', 'ladder', id!);
    await scriptedAgent(await broker.busFor('worker'), { beat: 0, script: ({ dispatch }) => ({ output: dispatch.decision?.option }) });
    await startReplica(await broker.busFor('coordinator'));
    expect(await client.outcome('ladder')).toMatchObject({ state: 'COMPLETED', output: 'left' });
  });
});
