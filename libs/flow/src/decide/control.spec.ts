import { fold } from '../state/fold.js';
import { awaited } from '../state/awaited.js';
import { timedOut } from '../state/timed-out.js';
import { emptyState } from '../state/state.js';
import { explain } from '../state/explain.js';
import { statusOf } from '../state/status.js';
import { Driver, offer } from '../testing/driver.js';
import type { Input, Transition } from '../types.js';

const QUESTION = {
  severity: 'high',
  issue: 'two ways',
  requestedDecision: 'Which one?',
  options: [
    { id: 'left', label: 'Left' },
    { id: 'right', label: 'Right' },
  ],
};
const LADDER = [
  { who: 'lead', name: 'lea', after: 60_000 },
  { who: 'human', after: 120_000 },
];

const started = (
  steps: object[] = [{ id: 'a', skill: 's.a' }],
  agents: Driver['agents'] = { '*': [offer('one'), offer('two')] },
): Driver => {
  const d = new Driver();
  d.agents = agents;
  d.submit({ definition: { name: 'test', steps } });
  return d;
};

const answer = (d: Driver, id: string, more: { who?: string; operator?: boolean; option?: string } = {}): Transition[] => {
  const { who = 'ann', operator = false, option = 'left' } = more;
  return d.give(d.input('answer', { who, operator, id, answer: { id, option, decidedBy: 'Ann Smith' } }));
};

const asked = (d: Driver, request: object = QUESTION): string => {
  d.give(d.result(d.dispatched('a'), { kind: 'escalate', request: { ...request }, workState: { at: 3 }, cost: 0.5 }));
  return d.commands('ask').at(-1)!.id;
};

const refolds = (d: Driver): void => {
  const again = d.log.reduce(fold, emptyState());
  expect(again.cost).toBe(d.state.cost);
  expect(statusOf(again)).toEqual(statusOf(d.state));
};

describe('a question', () => {
  it('suspends the task until it is answered: the next attempt has the decision and the saved work', () => {
    const d = started();
    const id = asked(d);
    expect(statusOf(d.state)).toMatchObject({
      state: 'INPUT_REQUIRED',
      steps: [{ state: 'INPUT_REQUIRED', waitingFor: 'DECISION' }],
      asks: [{ id }],
    });
    expect(explain(d.state)[0]).toContain(`a waits for an answer to "Which one?"`);
    answer(d, id);
    expect(d.dispatched('a')).toMatchObject({ attempt: 2, workState: { at: 3 }, decision: { id, option: 'left', decidedBy: 'Ann Smith' } });
    expect(d.commands('hush')).toEqual([{ type: 'hush', id }]);
    d.complete('a', 'done');
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', cost: 0.5 });
    refolds(d);
  });

  it('is decided once: what comes second is told so and changes nothing', () => {
    const d = started();
    const id = asked(d);
    answer(d, id);
    answer(d, id, { option: 'right' });
    expect(d.events('taskDecided')).toHaveLength(1);
    expect(d.events('answerIgnored')).toMatchObject([{ why: 'NOT_ASKED' }]);
    expect(d.commands('dispatch')).toHaveLength(2);
  });

  it('is not for strangers, and takes none but its options', () => {
    const d = started();
    const id = asked(d, { ...QUESTION, ladder: LADDER });
    answer(d, id, { who: 'eve' });
    answer(d, id, { option: 'up' });
    expect(d.events('answerIgnored').map(({ why }) => why)).toEqual(['NOT_ALLOWED', 'UNKNOWN_OPTION']);
    answer(d, id, { who: 'lea' });
    expect(d.events('taskDecided')).toHaveLength(1);
  });

  it('climbs its ladder, and at its end takes the default', () => {
    const d = started();
    const begun = d.now;
    const id = asked(d, { ...QUESTION, ladder: LADDER, defaultAction: 'right' });
    expect(d.commands('rung')).toMatchObject([{ k: 1, at: begun + 60_000 }]);
    // the timer of the attempt's own deadline is armed still
    d.fire();
    d.fire();
    expect(d.now).toBe(begun + 180_000);
    expect(d.events('taskDecided')).toMatchObject([{ how: 'default', decision: { id, option: 'right' } }]);
    expect(d.dispatched('a')).toMatchObject({ attempt: 2, decision: { option: 'right' } });
  });

  it('without a default fails the task when nobody answers', () => {
    const d = started();
    asked(d, { ...QUESTION, deadline: new Date(d.now + 5000).toISOString() });
    d.fire();
    expect(d.state.outcome).toMatchObject({ state: 'FAILED', errors: [{ code: 'ESCALATION_UNANSWERED' }] });
  });

  it('does not use up retries', () => {
    const d = started([{ id: 'a', skill: 's.a', retry: { attempts: 2, initial: 0, jitter: 0 } }]);
    answer(d, asked(d));
    answer(d, asked(d));
    d.fail('a');
    expect(d.dispatched('a').attempt).toBe(4);
    d.fail('a');
    expect(d.state.outcome?.state).toBe('FAILED');
  });

  it.each<[string, object]>([
    ['options', { options: [] }],
    ['options', { options: [QUESTION.options[0], QUESTION.options[0]] }],
    ['defaultAction', { defaultAction: 'up' }],
    ['severity', { severity: 'so so' }],
  ])('that is malformed fails the attempt and names the field: %s', (field, wrong) => {
    const d = started();
    d.give(d.result(d.dispatched('a'), { kind: 'escalate', request: { ...QUESTION, ...wrong } }));
    expect(d.events('attemptFailed')[0]?.fault.problems?.[0]?.path).toContain(`payload.request.${field}`);
  });

  it('and its rungs fit a transition, however large it is', () => {
    const d = started();
    const ladder = Array.from({ length: 8 }, () => ({ who: 'human', after: 60_000 }));
    const id = asked(d, { ...QUESTION, ladder, context: { large: 'x'.repeat(240_000) } });
    expect(d.commands('rung')).toHaveLength(7);
    answer(d, id);
    d.give(
      d.result(d.dispatched('a'), {
        kind: 'handoff',
        request: {
          reason: 'BLOCKED',
          toAgent: d.dispatched('a').agent === 'one' ? 'two' : 'one',
          context: { completedWork: 'c', remainingWork: 'r' },
        },
        workState: 'y'.repeat(250_000),
      }),
    );
    expect(d.dispatched('a').attempt).toBe(3);
    for (const transition of d.log) expect(JSON.stringify(transition).length).toBeLessThan(700_000);
  });

  it('may be a step', () => {
    const d = started([
      {
        id: 'a',
        decide: { question: 'Ship ${{ flow.id }}?', options: ['yes', { id: 'no', label: 'No' }], default: 'no' },
        input: { why: 'x' },
        timeout: '1h',
      },
      { id: 'b', skill: 's.b', when: 'steps.a.output.option == "yes"' },
    ]);
    const { ask } = d.events('taskAsked')[0]!;
    expect(ask).toMatchObject({ requestedDecision: 'Ship f1?', context: { why: 'x' }, fromAgent: 'coordinator', defaultAction: 'no' });
    answer(d, ask.id, { option: 'yes' });
    expect(d.dispatched('b')).toBeDefined();
    expect(d.state.steps[0]!.output).toMatchObject({ option: 'yes', decidedBy: 'Ann Smith', how: 'answer' });
  });
});

describe('a handoff', () => {
  const context = { completedWork: 'half', remainingWork: 'the other half' };
  const handOn = (d: Driver, request: object, workState: unknown = { half: true }): Transition[] =>
    d.give(d.result(d.dispatched('a'), { kind: 'handoff', request: { reason: 'NEEDS_SPECIALIST', context, ...request }, workState }));

  it('moves the task to another agent, with its work and context, in one transition', () => {
    const d = started();
    const [made] = handOn(d, { toAgent: 'two' });
    expect(made!.events.map(({ type }) => type)).toEqual(['taskHandedOn', 'taskDispatched', 'handoffOffered']);
    expect(d.dispatched('a')).toMatchObject({ agent: 'two', attempt: 2, kind: 'handoff', workState: { half: true }, handoff: { context } });
    d.complete('a', 1);
    expect(d.events('handoffAccepted')).toHaveLength(1);
    expect(d.state.outcome?.state).toBe('COMPLETED');
    refolds(d);
  });

  it('to a skill goes to who offers it; whoever refuses passes it to the next, and the last back', () => {
    const d = started(undefined, { 's.a': [offer('one')], 's.b': [offer('two'), offer('three', { slots: 1, freeSlots: 1 })] });
    handOn(d, { toSkill: 's.b' });
    expect(d.dispatched('a')).toMatchObject({ agent: 'two', skill: 's.b' });
    const no = { kind: 'rejected' as const, error: { code: 'BUSY', message: 'no', retryable: false } };
    d.give(d.result(d.dispatched('a'), no));
    expect(d.dispatched('a')).toMatchObject({ agent: 'three', skill: 's.b', attempt: 3, kind: 'handoff' });
    d.give(d.result(d.dispatched('a'), no));
    expect(d.dispatched('a')).toMatchObject({ agent: 'one', skill: 's.a', attempt: 4, workState: { half: true } });
    expect(d.dispatched('a').kind).toBeUndefined();
    d.complete('a');
    expect(d.state.outcome?.state).toBe('COMPLETED');
  });

  it('is not offered while a prerequisite does not hold', () => {
    const d = started([{ id: 'a', skill: 's.a', retry: { initial: 0, jitter: 0 } }]);
    handOn(d, { toAgent: 'two', prerequisites: ['flow.id == "other"'] });
    expect(d.events('attemptFailed')).toMatchObject([{ fault: { code: 'HANDOFF_NOT_READY' } }]);
    expect(d.dispatched('a')).toMatchObject({ attempt: 2 });
    handOn(d, { toAgent: d.dispatched('a').agent === 'two' ? 'one' : 'two', prerequisites: ['flow.id == "f1"'] });
    expect(d.dispatched('a')).toMatchObject({ attempt: 3, kind: 'handoff' });
  });

  it('that nobody takes in time goes back; one that was taken does not', () => {
    const d = started();
    const soon = new Date(d.now + 5000).toISOString();
    handOn(d, { toAgent: 'two', expiresAt: soon });
    d.fire();
    expect(d.events('handoffReturned')).toMatchObject([{ fault: { code: 'HANDOFF_REFUSED' }, next: false }]);
    expect(d.commands('abort')).toMatchObject([{ agent: 'two', attempt: 2 }]);
    expect(d.dispatched('a')).toMatchObject({ agent: 'one', attempt: 3 });
    const e = started();
    handOn(e, { toAgent: 'two', expiresAt: soon });
    e.give(e.input('accepted', { agent: 'two', taskId: 'a', attempt: 2 }), e.input('timer', { n: e.state.armed!.n }));
    expect(e.events('handoffReturned')).toEqual([]);
    expect(e.state.tasks.get('a')).toMatchObject({ status: 'running', agent: 'two' });
  });

  it('for an agent that is not there waits for it, then goes back', () => {
    const d = started();
    handOn(d, { toAgent: 'nobody' });
    expect(d.state.tasks.get('a')).toMatchObject({ status: 'waiting' });
    d.fire();
    expect(d.dispatched('a')).toMatchObject({ agent: 'one', attempt: 2 });
    expect(d.commands('unwait')).toHaveLength(1);
  });

  it('round and round without getting further is a failure', () => {
    const d = started();
    handOn(d, { toAgent: 'two' });
    handOn(d, { toAgent: 'one' });
    expect(d.state.outcome).toMatchObject({ state: 'FAILED', errors: [{ code: 'HANDOFF_LOOP' }] });
    const e = started();
    for (let i = 0; i < 8; i++) handOn(e, { toAgent: i % 2 ? 'one' : 'two' }, { i });
    handOn(e, { toAgent: 'two' }, { i: 8 });
    expect(e.state.outcome).toMatchObject({ errors: [{ code: 'HOP_LIMIT' }] });
  });
});

describe('a task that left its work to child flows', () => {
  const attempt = { agent: 'one', taskId: 'a', attempt: 1 };
  const child = (d: Driver, childId: string) => d.input('childReserve', { childId, ...attempt, tasks: 2, delegated: true });

  it('goes on when all have ended, however they ended and in whatever order it is heard', () => {
    const d = started();
    d.give(child(d, 'c1'));
    d.give(d.result(attempt, { kind: 'delegated', request: { flows: ['c1', 'c2', 'c3'] }, workState: 7 }));
    d.give(child(d, 'c2'), child(d, 'c3'));
    expect(d.events('childReserved').map(({ deadline }) => deadline)).toEqual(Array(3).fill(d.state.head!.deadline));
    for (const [id, state] of [
      ['c2', 'COMPLETED'],
      ['c1', 'FAILED'],
      ['c3', 'COMPLETED'],
    ] as const) {
      expect(d.commands('dispatch')).toHaveLength(1);
      d.give(d.input('childEnded', { childId: id, state, cost: 1, attempts: 1 }));
    }
    expect(d.dispatched('a')).toMatchObject({
      attempt: 2,
      workState: 7,
      delegated: [
        { flowId: 'c1', state: 'FAILED' },
        { flowId: 'c2', state: 'COMPLETED' },
        { flowId: 'c3', state: 'COMPLETED' },
      ],
    });
    d.complete('a');
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', cost: 3 });
    refolds(d);
  });

  it('goes on at once when they ended before, and keeps no other child', () => {
    const d = started();
    d.give(child(d, 'c1'), child(d, 'c2'));
    d.give(d.input('childEnded', { childId: 'c1', state: 'COMPLETED', cost: 0, attempts: 1 }));
    d.give(d.result(attempt, { kind: 'delegated', request: { flows: ['c1'] } }));
    expect(d.dispatched('a').attempt).toBe(2);
    expect(d.commands('cancelChild')).toMatchObject([{ childId: 'c2' }]);
  });

  it('is canceled with them', () => {
    const d = started();
    d.give(child(d, 'c1'));
    d.give(d.result(attempt, { kind: 'delegated', request: { flows: ['c1'] } }));
    d.signal('cancel');
    expect(d.commands('cancelChild')).toHaveLength(1);
    expect(d.state.outcome?.state).toBe('CANCELED');
  });
});

describe('a paused flow', () => {
  const chain = [
    { id: 'a', skill: 's.a' },
    { id: 'b', skill: 's.b', needs: ['a'] },
  ];

  it('keeps the results that arrive, and begins nothing until it is resumed', () => {
    const d = started(chain);
    d.signal('pause');
    d.complete('a', 1);
    expect(d.events('taskCompleted')).toHaveLength(1);
    expect(d.commands('dispatch')).toHaveLength(1);
    expect(statusOf(d.state).paused).toBe(true);
    expect(explain(d.state)[0]).toContain('paused');
    d.signal('resume');
    expect(d.dispatched('b')).toBeDefined();
    d.complete('b');
    expect(d.state.outcome?.state).toBe('COMPLETED');
    refolds(d);
  });

  it('has who still waits for an agent look for one once more when it goes on', () => {
    const d = started([{ id: 'a', skill: 's.a' }], {});
    expect(d.commands('wait')).toHaveLength(1);
    d.signal('pause');
    d.signal('resume');
    expect(d.commands('wait').map(({ kind, key }) => [kind, key])).toEqual([
      ['skill', 's~a'],
      ['skill', 's~a'],
    ]);
    d.signal('pause');
    d.agents = { '*': [offer('one')] };
    const [entry] = d.signal('resume');
    expect(d.dispatched('a').attempt).toBe(1);
    expect(entry!.commands.filter(({ type }) => type === 'wait').some((command) => awaited(d.state, command))).toBe(false);
  });

  it('does not end before it is resumed, and does not try again', () => {
    const d = started([{ id: 'a', skill: 's.a', retry: { initial: '1s', jitter: 0 } }]);
    d.fail('a');
    d.signal('pause');
    d.fire();
    expect(d.commands('dispatch')).toHaveLength(1);
    expect(d.state.armed!.at).toBeGreaterThan(d.now);
    d.signal('resume');
    expect(d.dispatched('a').attempt).toBe(2);
    d.signal('pause');
    d.complete('a', 1);
    expect(d.state.outcome).toBeUndefined();
    d.signal('resume');
    expect(d.state.outcome?.state).toBe('COMPLETED');
  });

  it('may interrupt what runs: it runs again after the resume, unless its result is stored all the same', () => {
    const d = started([chain[0]!, { id: 'c', skill: 's.c' }]);
    d.signal('pause', { data: { running: 'interrupt' } });
    expect(d.commands('abort').map(({ taskId, reason }) => [taskId, reason])).toEqual([
      ['a', 'PAUSED'],
      ['c', 'PAUSED'],
    ]);
    d.complete('c', 1);
    d.fail('a');
    d.signal('resume');
    expect(d.dispatched('a').attempt).toBe(2);
    expect(d.dispatched('c').attempt).toBe(1);
    d.complete('a');
    expect(d.state.outcome?.state).toBe('COMPLETED');
  });

  it('refuses with reasons what makes no sense', () => {
    const d = started();
    d.signal('pause', { data: { running: 'perhaps' } });
    d.signal('retry');
    expect(d.events('signalRefused').map(({ signal, problems }) => [signal, problems[0]!.code])).toEqual([
      ['pause', 'INVALID_MESSAGE'],
      ['retry', 'SIGNAL_REFUSED'],
    ]);
  });

  it('a pause that comes again after its resume means nothing', () => {
    const d = started();
    const pause = d.input('signal', { speaker: 'ann', operator: false, id: 'p', signal: 'pause' });
    d.signal('pause');
    d.signal('resume');
    d.give(pause);
    expect(d.events('signalIgnored')).toMatchObject([{ why: 'SUPERSEDED' }]);
    expect(d.state.paused).toBeUndefined();
  });
});

describe('a signal that was stored before the submission of its flow', () => {
  const from = (sequence: number, stream = 'SUBMIT') => ({ origin: { stream, sequence } });
  const begun = (...beside: Input[]): Driver => {
    const d = new Driver();
    d.agents = { '*': [offer('one')] };
    const submission = { definition: { name: 'test', steps: [{ id: 'a', skill: 's.a' }] } };
    const about = { flowId: 'f1', tenant: 'default', owner: 'ann', messageId: 'm1', hop: 0 };
    d.give({ ...d.input('submit', { ...about, submission }), ...from(6) }, ...beside);
    return d;
  };
  const signal = (kind: 'pause' | 'cancel' | 'notify', sequence: number, stream?: string): Input => {
    const named = kind === 'notify' ? { data: { name: 'go' } } : {};
    const input = { speaker: 'ann', operator: false, id: `${kind}-${sequence}`, signal: kind, ...named };
    return { ...new Driver().input('signal', input), ...from(sequence, stream) };
  };

  it.each(['pause', 'cancel', 'notify'] as const)('is of no flow, however late it comes: %s', (kind) => {
    const d = begun();
    d.give(signal(kind, 5));
    expect(d.events('signalIgnored')).toMatchObject([{ id: `${kind}-5`, why: 'FLOW_UNKNOWN' }]);
    expect(d.events('signalApplied')).toEqual([]);
    d.give(signal(kind, 7));
    expect(d.events('signalApplied')).toMatchObject([{ id: `${kind}-7` }]);
  });

  it('is of no flow when it comes together with the submission, or after the log was folded', () => {
    const d = begun(signal('pause', 5));
    expect(d.events('signalIgnored')).toMatchObject([{ why: 'FLOW_UNKNOWN' }]);
    expect(d.state.paused).toBeUndefined();
    d.state = d.log.reduce(fold, emptyState());
    d.give(signal('cancel', 4));
    expect(d.events('signalIgnored')).toMatchObject([{ why: 'FLOW_UNKNOWN' }, { why: 'FLOW_UNKNOWN' }]);
    expect(d.commands('dispatch')).toHaveLength(1);
  });

  it('is told by sequences of one stream alone', () => {
    const d = begun();
    d.give(signal('pause', 5, 'INPUT'));
    expect(d.state.paused).toBeDefined();
  });
});

describe('a running flow that is modified', () => {
  const steps = [
    { id: 'a', skill: 's.a' },
    { id: 'b', skill: 's.b', needs: ['a'] },
    { id: 'c', skill: 's.c', needs: ['b'] },
  ];

  it('gets steps, loses some, has others in their place, and other priorities', () => {
    const d = started(steps);
    d.signal('modify', {
      data: {
        add: [{ id: 'd', skill: 's.d', needs: ['b'] }],
        replace: [{ id: 'b', skill: 's.x', needs: ['a'] }],
        remove: ['c'],
        prioritise: { b: 'high' },
      },
    });
    expect(d.events('signalApplied')).toHaveLength(1);
    d.complete('a');
    expect(d.dispatched('b')).toMatchObject({ skill: 's.x', priority: 'high' });
    d.complete('b');
    d.complete('d');
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', tasks: { skipped: 1, completed: 3 } });
    refolds(d);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a step that has begun', { replace: [{ id: 'a', skill: 's.x' }] }, 'SIGNAL_REFUSED'],
    ['one that is not there', { remove: ['z'] }, 'INVALID_DEFINITION'],
    ['a circle', { replace: [{ id: 'b', skill: 's.b', needs: ['c'] }] }, 'INVALID_DEFINITION'],
    ['nothing', {}, 'INVALID_DEFINITION'],
    ['no priority', { prioritise: { b: 'soon' } }, 'INVALID_DEFINITION'],
    ['the priority of a step that is not there', { prioritise: { z: 'high' } }, 'INVALID_DEFINITION'],
    ['priorities without steps', { prioritise: 'high' }, 'INVALID_DEFINITION'],
  ])('refuses, and changes nothing: %s', (_what, data, code) => {
    const d = started(steps);
    const before = d.state.flow;
    d.signal('modify', { data });
    expect(d.events('signalRefused')).toMatchObject([{ problems: [{ code }] }]);
    expect(d.state.flow).toBe(before);
  });
});

describe('a misspelt modification', () => {
  it('names the fields there are', () => {
    const d = started([{ id: 'a', skill: 's.a' }]);
    d.signal('modify', { data: { prioritize: { a: 'high' } } });
    const message = 'there is no field "prioritize"; known are replace, add, remove, prioritise';
    expect(d.events('signalRefused')).toMatchObject([{ problems: [{ path: 'payload.data.prioritize', message }] }]);
  });
});

describe('a cancellation with a grace', () => {
  it('asks what runs to stop, keeps what it still completes, and ends when nothing runs', () => {
    const d = started([
      { id: 'a', skill: 's.a' },
      { id: 'b', skill: 's.b' },
    ]);
    d.signal('cancel', { data: { grace: 5000 }, reason: 'enough' });
    expect(d.commands('abort')).toMatchObject([
      { taskId: 'a', grace: 5000 },
      { taskId: 'b', grace: 5000 },
    ]);
    expect(d.state.outcome).toBeUndefined();
    d.complete('a', 1);
    d.fail('b', 'CANCELED', false);
    expect(d.state.outcome).toMatchObject({ state: 'CANCELED', errors: [{ message: 'enough' }], tasks: { completed: 1, canceled: 1 } });
    refolds(d);
  });

  it('keeps what was stored before its end, though it is heard together with it', () => {
    const d = started([
      { id: 'a', skill: 's.a' },
      { id: 'b', skill: 's.b' },
    ]);
    d.signal('cancel', { data: { grace: 5000 } });
    const { at, n } = d.state.armed!;
    expect(timedOut(d.state, at - 1)).toEqual([]);
    expect(timedOut(d.state, at).map(({ taskId }) => taskId)).toEqual(['a', 'b']);
    d.give(d.input('timer', { n }), d.result(d.dispatched('a')));
    expect(d.state.outcome).toMatchObject({ state: 'CANCELED', tasks: { completed: 1, canceled: 1 } });
    refolds(d);
  });

  it('forces what does not stop', () => {
    const d = started();
    d.signal('cancel', { data: { grace: 5000 } });
    d.fire();
    expect(d.state.outcome?.state).toBe('CANCELED');
    expect(d.commands('abort')).toHaveLength(2);
    expect(d.commands('abort')[1]!.grace).toBeUndefined();
  });
});

describe('a frozen skill', () => {
  it('lets its tasks wait, visibly, until it is thawed', () => {
    const d = new Driver();
    let frozen = true;
    d.agents = { '*': [offer('one')] };
    d.facts.frozen = (skill) => frozen && skill === 's.a';
    d.submit({ definition: { name: 'test', steps: [{ id: 'a', skill: 's.a', timeout: '1s' }] } });
    expect(statusOf(d.state).steps[0]).toMatchObject({ state: 'WAITING', waitingFor: 'FROZEN' });
    expect(d.state.tasks.get('a')!.due).toBe(d.state.head!.deadline);
    expect(explain(d.state)[0]).toContain('FROZEN');
    frozen = false;
    d.signal('wake', { speaker: 'coordinator' });
    expect(d.dispatched('a').attempt).toBe(1);
  });
});

describe('retry', () => {
  it('has what waits to be tried again tried at once', () => {
    const d = started([{ id: 'a', skill: 's.a', retry: { initial: '10m', jitter: 0 } }]);
    d.fail('a');
    d.signal('retry');
    expect(d.dispatched('a').attempt).toBe(2);
  });
});
