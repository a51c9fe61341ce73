import { agentManifest, type Bus } from '@waggle/bus';
import { emptyState, fold, Replay, statusOf, type Transition } from '@waggle/flow';
import { createEvent, parseMessage, subjects, type AgentMessage, type Outcome } from '@waggle/protocol';
import { eventually, offerSkill, scriptedAgent, testBroker, type TestBroker } from '@waggle/testkit';
import { manifest } from '../../apps/coordinator/src/coordinator.manifest.js';
import { startReplica } from '../../apps/coordinator/src/testing/replica.js';
import { asOfNow, readRecording, recordings, type Recorded } from './recorded.js';

const bodyOf = <T>({ body }: Recorded): AgentMessage<T> => JSON.parse(body) as AgentMessage<T>;

const logsOf = (messages: readonly Recorded[]): Map<string, Transition[]> => {
  const logs = new Map<string, Transition[]>();
  for (const message of messages) {
    const [, , kind, flowId] = message.subject.split('.') as [string, string, string, string];
    if (message.stream !== 'FLOW' || kind !== 'flow') continue;
    logs.set(flowId, [...(logs.get(flowId) ?? []), bodyOf<Transition>(message).payload]);
  }
  return logs;
};

const outcomesOf = (messages: readonly Recorded[]): Outcome[] =>
  messages.filter(({ subject }) => subject.split('.')[2] === 'outcome').map((message) => bodyOf<Outcome>(message).payload);

describe.each(recordings())('%s', (file) => {
  const recorded = readRecording(file);

  it('holds logs, dispatches, results and ends', () => {
    expect(logsOf(recorded).size).toBeGreaterThan(3);
    for (const stream of ['SUBMIT', 'FLOW', 'TASK', 'RESULT']) expect(recorded.some((each) => each.stream === stream)).toBe(true);
  });

  it('is read, every message as it was written', () => {
    for (const { body, subject } of recorded) {
      const written = JSON.parse(body) as AgentMessage;
      const { message, problems } = parseMessage(body, { ...written });
      expect({ subject, problems }).toEqual({ subject, problems: undefined });
      expect(message).toEqual(written);
    }
  });

  it('folds to the ends that were told, and every entry can be explained and stepped through', () => {
    const logs = logsOf(recorded);
    for (const outcome of outcomesOf(recorded)) {
      const log = logs.get(outcome.flowId)!;
      const state = log.reduce(fold, emptyState());
      expect(state.outcome).toEqual(outcome);
      expect(statusOf(state).state).toBe(outcome.state);
    }
    for (const log of logs.values()) {
      const replay = new Replay(log);
      for (let n = 1; n <= replay.length; n++) expect(replay.after(n).said.join()).not.toContain('not known here');
    }
  });
});

describe('a coordinator of now over the store of the first version', () => {
  const messages = asOfNow(readRecording('recorded-0.1.0-first.jsonl'));
  let broker: TestBroker;
  let see: Bus;

  beforeAll(async () => {
    broker = await testBroker({ manifests: [manifest, agentManifest('echo'), agentManifest('late')] });
    see = await broker.busFor('see');
    // inputs are known by their place in these streams
    for (const stream of ['SUBMIT', 'RESULT', 'FLOW', 'WAIT']) {
      for (const { subject, body, sequence } of messages.filter((each) => each.stream === stream)) {
        const stored = await see.publish(subject, body);
        if (stream !== 'FLOW' && stream !== 'WAIT') expect(stored).toEqual({ status: 'stored', sequence });
      }
    }
    // of the dispatches only that is still in its queue which nobody has answered
    for (const { subject, body } of messages.filter((each) => each.stream === 'TASK' && each.subject.includes('old-running')))
      await see.publish(subject, body);
    await offerSkill(see, 'echo.echo', [{ agent: 'echo' }]);
    await startReplica(await broker.busFor('coordinator'));
  });

  const outcome = (flowId: string): Promise<Outcome> =>
    eventually(async () => (await see.last('FLOW', subjects.outcome('default', 'cli', flowId)))?.json<AgentMessage<Outcome>>().payload, {
      timeout: 25_000,
    });

  it('leaves what has ended as it is', async () => {
    const before = outcomesOf(messages);
    expect(before.length).toBeGreaterThan(3);
    for (const { flowId, state } of before) expect(await outcome(flowId)).toMatchObject({ flowId, state });
    const logs = logsOf(messages);
    for (const { flowId } of before)
      expect(await see.read('FLOW', subjects.flow('default', flowId))).toHaveLength(logs.get(flowId)!.length);
  });

  it('takes the result of what was at work', async () => {
    await scriptedAgent(await broker.busFor('echo'), { beat: 0 });
    expect(await outcome('old-running')).toMatchObject({ state: 'COMPLETED', output: { text: 'later' }, tasks: { attempts: 1 } });
  });

  it('wakes what waited for an agent, and goes on with what was half done without doing its first half again', async () => {
    const late = await scriptedAgent(await broker.busFor('late'), { beat: 0, script: () => ({ output: { by: 'late' } }) });
    await offerSkill(see, 'no.body', [{ agent: 'late' }]);
    const event = createEvent({
      tenant: '_',
      payload: { source: 'registry', type: 'skill-offered', subject: 'no.body', data: { skill: 'no.body' } },
    });
    await see.publish(subjects.event('_', 'registry', 'skill-offered'), JSON.stringify(event));
    expect(await outcome('old-waiting')).toMatchObject({ state: 'COMPLETED', output: { by: 'late' } });
    expect(await outcome('old-half')).toMatchObject({
      state: 'COMPLETED',
      output: { a: { text: 'a' }, b: { by: 'late' }, c: { by: 'late' } },
      tasks: { completed: 3, attempts: 3 },
    });
    expect(late.taken.map(({ taskId }) => taskId).sort()).toEqual(['b', 'task']);
  });
});
