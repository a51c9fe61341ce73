import { decide, emptyState, fold, type Facts, type FlowState, type Input, type Transition } from '@waggle/flow';
import type { Outcome } from '@waggle/protocol';
import { attemptOf, eventsOf, mistakesIn, type FlowRecord } from './log-mistakes.js';

const NOW = 1_700_000_000_000;
const TIME = new Date(NOW).toISOString();

const OFFER = { agent: 'a', instances: 1, slots: 9, freeSlots: 9, priority: 0, timeout: 60_000, successRate: 1, meanMs: 0 };
const FACTS: Facts = { directory: (skill) => ({ skill, offers: [OFFER] }), value: () => undefined };

/** The record of a flow of two tasks, as the engine itself writes it. */
const record = (): FlowRecord => {
  let state: FlowState = emptyState();
  let sequence = 0;
  const log: Transition[] = [];
  const results = new Map<string, number>();
  const give = (input: object, stream: string): void => {
    const origin = { stream, sequence: ++sequence };
    const decision = decide(state, [{ at: NOW, origin, ...input } as Input], FACTS);
    if (decision.kind !== 'transition') throw new Error(`decided ${decision.kind}`);
    const transition = JSON.parse(JSON.stringify(decision.transition)) as Transition;
    log.push(transition);
    state = fold(state, transition);
  };
  const definition = {
    name: 'two',
    version: '1.0.0',
    budget: { time: '1m', tasks: 9 },
    steps: [{ id: 's', skill: 'a.b', forEach: '${{ [1, 2] }}' }],
  };
  const submission = { definition, input: {} };
  give({ kind: 'submit', flowId: 'f', tenant: 't', owner: 'o', messageId: 'm', hop: 0, submission }, 'SUBMIT');
  const result = { kind: 'completed', instance: 'i', startedAt: TIME, endedAt: TIME, output: 1 };
  for (const event of eventsOf(log, 'taskDispatched')) {
    give({ kind: 'result', agent: 'a', taskId: event.taskId, attempt: event.attempt, result }, 'RESULT');
    results.set(attemptOf(event), sequence);
  }
  return { log, outcomes: eventsOf(log, 'flowEnded').map(({ outcome }): Outcome => outcome), results };
};

const completion = (log: Transition[]): Transition['events'][number] => eventsOf(log, 'taskCompleted')[0]!;

test('nothing is wrong with what the engine wrote', () => {
  expect(record().log.length).toBeGreaterThan(2);
  expect(mistakesIn(record())).toEqual([]);
});

const PLANTED: [what: string, plant: (record: FlowRecord) => void, said: RegExp][] = [
  ['a lost transition', ({ log }) => log.splice(1, 1), /gap/],
  ['a result applied twice', ({ log }) => log.at(-1)!.inputs.push(log.at(-2)!.inputs[0]!), /inputs applied twice: RESULT/],
  ['an attempt dispatched twice', ({ log }) => log[0]!.events.push(eventsOf(log, 'taskDispatched')[0]!), /dispatched twice/],
  ['an attempt counted twice', ({ log }) => log[1]!.events.push(completion(log)), /attempts that ended twice/],
  ['a task completed by two attempts', ({ log }) => log[1]!.events.push({ ...completion(log), attempt: 2 } as never), /completed twice/],
  [
    'a task that was forgotten',
    ({ log }) => log[0]!.events.push({ ...eventsOf(log, 'taskDispatched')[0]!, taskId: 'lost' }),
    /tasks without an end: lost/,
  ],
  [
    'another result than the stored one',
    (planted) => (planted.results = new Map([...planted.results.keys()].map((attempt) => [attempt, 99]))),
    /another result/,
  ],
  ['two ends', ({ log }) => log.at(-1)!.events.push(eventsOf(log, 'flowEnded')[0]!), /2 ends/],
  ['something after the end', ({ log }) => log.at(-1)!.events.push({ type: 'stepCompleted', stepId: 's' }), /last event is stepCompleted/],
  ['no outcome', ({ outcomes }) => outcomes.pop(), /0 outcomes/],
  ['two outcomes', ({ outcomes }) => outcomes.push(outcomes[0]!), /2 outcomes/],
  ['an outcome of its own', ({ outcomes }) => (outcomes[0] = { ...outcomes[0]!, state: 'FAILED' }), /not what the log says/],
];
test.each(PLANTED)('sees %s', (_, plant, said) => {
  const planted = record();
  plant(planted);
  expect(mistakesIn(planted).join('\n')).toMatch(said);
});
