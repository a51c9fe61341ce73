import { parseDefinition } from '../definition/parse-definition.js';
import { fold } from '../state/fold.js';
import { timedOut } from '../state/timed-out.js';
import { emptyState } from '../state/state.js';
import { explain } from '../state/explain.js';
import { statusOf } from '../state/status.js';
import { Driver, offer } from '../testing/driver.js';

const run = (steps: object[], more: { input?: unknown; output?: unknown; agents?: string[] } = {}): Driver => {
  const d = new Driver();
  d.agents['*'] = (more.agents ?? ['one']).map((name) => offer(name));
  d.submit({ definition: { name: 'p', steps, ...(more.output === undefined ? {} : { output: more.output }) }, input: more.input ?? {} });
  return d;
};

const ended = (d: Driver) => d.state.outcome;
const codes = (d: Driver) => ended(d)?.errors?.map(({ code }) => code);
const sent = (d: Driver) => d.commands('dispatch').map(({ taskId }) => taskId);
const three = { forEach: '[1, 2, 3]', input: '${{ item }}' };

describe('joins of the tasks of a list', () => {
  it('any: the first result is the output, the rest is stopped, a failure before it does no harm', () => {
    const d = run([{ id: 'a', skill: 's', ...three, join: 'any', retry: { attempts: 1 } }], { output: '${{ steps.a.output }}' });
    d.fail('a-0');
    expect(ended(d)).toBeUndefined();
    d.complete('a-2', 'fast');
    expect(ended(d)).toMatchObject({ state: 'COMPLETED', output: 'fast', tasks: { completed: 1, failed: 1, canceled: 1 } });
    expect(d.commands('abort').map(({ taskId }) => taskId)).toEqual(['a-1']);
  });

  it('any of none, and a quorum out of reach, fail the flow with JOIN_FAILED', () => {
    const none = run([{ id: 'a', skill: 's', forEach: 'input.none', join: 'any' }], { input: { none: [] } });
    expect(codes(none)).toEqual(['JOIN_FAILED']);
    const d = run([{ id: 'a', skill: 's', ...three, join: { quorum: 2 }, retry: { attempts: 1 } }]);
    d.fail('a-0');
    expect(ended(d)).toBeUndefined();
    d.fail('a-1');
    expect(codes(d)).toEqual(['JOIN_FAILED']);
    expect(ended(d)!.tasks).toMatchObject({ failed: 2, canceled: 1 });
  });

  it('quorum with `rest: run`: what follows begins at once, the flow ends when the rest has', () => {
    const d = run([
      { id: 'a', skill: 's', ...three, join: { quorum: 2, rest: 'run' } },
      { id: 'b', skill: 's', needs: ['a'] },
    ]);
    d.complete('a-0', 0);
    d.complete('a-2', 2);
    expect(sent(d)).toContain('b');
    d.complete('b');
    expect(ended(d)).toBeUndefined();
    d.fail('a-1', 'X', false);
    expect(ended(d)).toMatchObject({ state: 'COMPLETED', output: { a: [0, null, 2] } });
  });

  it('a quorum of distinct agents counts an agent once', () => {
    const d = run([{ id: 'a', skill: 's', ...three, join: { quorum: 2, distinct: 'agent' } }], { agents: ['same'] });
    d.complete('a-0', 0);
    d.complete('a-1', 1);
    expect(ended(d)).toBeUndefined();
    d.complete('a-2', 2);
    expect(codes(d)).toEqual(['JOIN_FAILED']);
  });

  it('consensus: so many must say the same, by the key; what they say is the output', () => {
    const steps = [{ id: 'a', skill: 's', ...three, join: { consensus: 0.6, key: 'output.verdict' } }];
    const d = run(steps, { agents: ['x', 'y', 'z'], output: '${{ steps.a.output }}' });
    d.complete('a-0', { verdict: 'yes', by: 0 });
    d.complete('a-1', { verdict: 'no' });
    expect(ended(d)).toBeUndefined();
    d.complete('a-2', { verdict: 'yes', by: 2 });
    expect(ended(d)).toMatchObject({ state: 'COMPLETED', output: { verdict: 'yes', by: 0 } });
    expect(d.events('stepJoined')[0]!.chosen).toEqual([0, 2]);

    const split = run(steps, { agents: ['x', 'y', 'z'] });
    split.complete('a-0', { verdict: 'yes' });
    split.complete('a-1', { verdict: 'no' });
    split.complete('a-2', { verdict: 'maybe' });
    expect(codes(split)).toEqual(['JOIN_FAILED']);
  });

  it('best: the highest score of all; an expression that gives no number fails the step', () => {
    const steps = (best: string) => [{ id: 'a', skill: 's', ...three, join: { best } }];
    const d = run(steps('output.score'), { output: '${{ steps.a.output.name }}' });
    for (const [at, score] of [5, 9, 7].entries()) d.complete(`a-${at}`, { score, name: `n${at}` });
    expect(ended(d)).toMatchObject({ state: 'COMPLETED', output: 'n1' });
    const wrong = run(steps('output.name'));
    for (const at of [0, 1, 2]) wrong.complete(`a-${at}`, { name: 'x' });
    expect(codes(wrong)).toEqual(['JOIN_FAILED']);
  });

  it('a late result of a task that was stopped changes nothing', () => {
    const d = run([
      { id: 'a', skill: 's', ...three, join: 'any' },
      { id: 'b', skill: 's', input: '${{ steps.a.output }}' },
    ]);
    d.complete('a-0', 'first');
    d.complete('a-1', 'late');
    expect(d.dispatched('b').input).toBe('first');
  });
});

describe('joins of steps: a point at which they come together', () => {
  const two = [
    { id: 'fast', skill: 's' },
    { id: 'slow', skill: 's' },
  ];

  it('any: begins with the first, and stops the others that nobody else waits for', () => {
    const d = run([...two, { id: 'next', skill: 's', needs: ['fast', 'slow'], join: 'any', input: '${{ joined }}' }]);
    d.complete('fast', 1);
    expect(d.dispatched('next').input).toEqual([1]);
    expect(d.commands('abort').map(({ taskId }) => taskId)).toEqual(['slow']);
    d.complete('next', 'end');
    expect(ended(d)).toMatchObject({ state: 'COMPLETED', output: { fast: 1, slow: null, next: 'end' } });
  });

  it('one that others wait for too goes on', () => {
    const d = run([
      ...two,
      { id: 'next', skill: 's', needs: ['fast', 'slow'], join: 'any' },
      { id: 'report', skill: 's', input: '${{ steps.slow.output }}' },
    ]);
    d.complete('fast', 1);
    expect(d.commands('abort')).toEqual([]);
    d.complete('next');
    d.complete('slow', 2);
    expect(d.dispatched('report').input).toBe(2);
  });

  it('steps that only joins wait for may fail; too many of them fail the join', () => {
    const steps = [
      ...two.map((each) => ({ ...each, retry: { attempts: 1 } })),
      { id: 'next', skill: 's', needs: ['fast', 'slow'], join: 'any' },
    ];
    const one = run(steps);
    one.fail('fast');
    one.complete('slow', 2);
    one.complete('next');
    expect(ended(one)).toMatchObject({ state: 'COMPLETED' });
    const both = run(steps);
    both.fail('fast');
    both.fail('slow');
    expect(codes(both)).toEqual(['JOIN_FAILED']);
  });
});

describe('loops', () => {
  const loop = (more: object = {}) => ({
    id: 'draft',
    skill: 's',
    repeat: { until: 'last.good', maxIterations: 3, ...more },
    input: { before: '${{ last }}', n: '${{ iteration }}' },
  });

  it('generate, review, revise: each sees the one before, until it is good', () => {
    const d = run([loop()], { output: '${{ steps.draft.output.text }}' });
    expect(d.dispatched('draft-0').input).toEqual({ before: null, n: 0 });
    d.complete('draft-0', { good: false, text: 'bad' });
    expect(d.dispatched('draft-1').input).toEqual({ before: { good: false, text: 'bad' }, n: 1 });
    d.complete('draft-1', { good: true, text: 'fine' });
    expect(ended(d)).toMatchObject({ state: 'COMPLETED', output: 'fine' });
    expect(sent(d)).toEqual(['draft-0', 'draft-1']);
  });

  it('the bound ends it: with LOOP_EXHAUSTED, or with the last result', () => {
    const d = run([loop()]);
    for (const n of [0, 1, 2]) d.complete(`draft-${n}`, { good: false });
    expect(codes(d)).toEqual(['LOOP_EXHAUSTED']);
    const on = run([loop({ otherwise: 'continue' })]);
    for (const n of [0, 1, 2]) on.complete(`draft-${n}`, { good: false, n });
    expect(ended(on)).toMatchObject({ state: 'COMPLETED', output: { draft: { n: 2 } } });
  });
});

describe('waiting', () => {
  it('for a time, or until one: by the flow`s one timer', () => {
    const d = run([{ id: 'w', wait: { for: '10m' } }]);
    expect(statusOf(d.state).steps[0]).toMatchObject({ state: 'WAITING', waitingFor: 'wait for 600000 ms' });
    expect(explain(d.state)[0]).toMatch(/^w waits for a time until /);
    d.fire();
    expect(ended(d)).toMatchObject({ state: 'COMPLETED' });
    const until = run([{ id: 'w', wait: { until: 'input.at' } }], { input: { at: new Date(1_700_000_005_000).toISOString() } });
    expect(until.state.armed!.at).toBe(1_700_000_005_000);
    expect(ended(run([{ id: 'w', wait: { until: 'input.at' } }], { input: { at: 5 } }))).toMatchObject({ state: 'COMPLETED' });
    expect(codes(run([{ id: 'w', wait: { until: 'input.at' } }], { input: { at: 'soon' } }))).toEqual(['EXPRESSION_FAILED']);
  });

  it('for a signal: one that comes before is kept', () => {
    const steps = [
      { id: 'a', skill: 's' },
      { id: 'w', wait: { signal: 'go' }, needs: ['a'], timeout: '1m' },
    ];
    const d = run(steps);
    d.signal('notify', { data: { name: 'go', data: { with: 'this' } } });
    d.complete('a');
    expect(ended(d)).toMatchObject({ state: 'COMPLETED', output: { w: { with: 'this' } } });
    const later = run(steps);
    later.complete('a');
    later.signal('notify', { data: { name: 'other' } });
    later.signal('notify', { data: { name: 'go' }, speaker: 'stranger' });
    expect(ended(later)).toBeUndefined();
    later.signal('notify', { data: { name: 'go' } });
    expect(ended(later)).toMatchObject({ state: 'COMPLETED' });
    const never = run(steps);
    never.complete('a');
    never.fire();
    expect(codes(never)).toEqual(['WAIT_TIMEOUT']);
  });

  it('for an event: in the index while it waits, by its filter, told by the coordinator only', () => {
    const d = run([{ id: 'w', wait: { event: { source: 'ci', type: 'done', filter: 'event.data.build == input.build' } } }], {
      input: { build: 7 },
      output: '${{ steps.w.output.data.state }}',
    });
    expect(d.commands('wait')).toEqual([{ type: 'wait', kind: 'event', key: 'ci~done', after: 0 }]);
    const happened = (build: number, speaker = 'coordinator') =>
      d.signal('event', { speaker, data: { source: 'ci', type: 'done', data: { build, state: 'green' } } });
    happened(7, 'ann');
    happened(6);
    expect(ended(d)).toBeUndefined();
    happened(7);
    expect(ended(d)).toMatchObject({ state: 'COMPLETED', output: 'green' });
    expect(d.commands('unwait')).toEqual([{ type: 'unwait', kind: 'event', key: 'ci~done' }]);
  });

  it('asks how far the events are before it waits for one', () => {
    const d = new Driver();
    delete d.facts.events;
    expect(() => d.submit({ definition: { name: 'p', steps: [{ id: 'w', wait: { event: { source: 'a', type: 'b' } } }] } })).toThrow(
      'a value is needed',
    );
  });
});

describe('what a step is handed', () => {
  it('a check that does not hold fails it', () => {
    const steps = [
      { id: 'a', skill: 's' },
      { id: 'gate', check: 'steps.a.output.coverage > 0.8' },
    ];
    const d = run(steps);
    d.complete('a', { coverage: 0.9 });
    expect(ended(d)).toMatchObject({ state: 'COMPLETED' });
    const low = run(steps);
    low.complete('a', { coverage: 0.1 });
    expect(codes(low)).toEqual(['CHECK_FAILED']);
  });

  it.each([
    ['a schema', { type: 'object', required: ['files'] }, 'steps.a.output.files'],
    ['an expression', 'size(output.list) > 0', 'steps.a.output'],
  ])('is checked against %s before it begins', (_what, rule, path) => {
    const d = run([
      { id: 'a', skill: 's' },
      { id: 'b', skill: 's', expects: { a: rule } },
    ]);
    d.complete('a', { list: [] });
    expect(ended(d)!.errors).toMatchObject([{ code: 'HANDOFF_INVALID', path }]);
    expect(sent(d)).toEqual(['a']);
  });
});

describe('sub-flows', () => {
  const inner = { steps: [{ id: 'x', skill: 's', input: '${{ input }}' }], output: '${{ steps.x.output }}' };
  const submitted = (d: Driver) => d.commands('submitChild').at(-1)!;
  const reserve = (d: Driver, tasks = 3) => {
    const { childId, submission } = submitted(d);
    d.give(
      d.input('childReserve', {
        childId,
        agent: 'coordinator',
        taskId: submission.parent.taskId,
        attempt: submission.parent.attempt,
        tasks,
      }),
    );
    return childId;
  };

  it('run as child flows of the coordinator, and give their output to the step', () => {
    const d = run([{ id: 'sub', flow: inner, input: { a: 1 } }], { output: '${{ steps.sub.output }}' });
    expect(submitted(d)).toMatchObject({
      childId: expect.stringMatching(/^c-[0-9a-f]{40}$/),
      submission: { definition: { name: 'sub' }, input: { a: 1 }, parent: { flowId: 'f1', taskId: 'sub', attempt: 1 } },
    });
    const childId = reserve(d);
    expect(d.events('childReserved')[0]).toMatchObject({ childId, tasks: 3, agent: 'coordinator', hop: 1 });
    d.give(d.input('childEnded', { childId, state: 'COMPLETED', cost: 2, attempts: 2, output: 'made' }));
    expect(ended(d)).toMatchObject({ state: 'COMPLETED', output: 'made', cost: 2 });
    expect(d.state.used).toBe(2);
  });

  it('what they fail with is what the step fails with; tried again under another id', () => {
    const d = run([{ id: 'sub', workflow: 'w', version: '1', retry: { attempts: 2, initial: 0, jitter: 0 } }]);
    expect(submitted(d).submission).toMatchObject({ workflow: 'w', version: '1' });
    const errors = [{ code: 'NO_AGENT', message: 'nobody' }];
    const first = reserve(d);
    d.give(d.input('childEnded', { childId: first, state: 'FAILED', cost: 0, attempts: 0, errors }));
    const second = reserve(d);
    expect(second).not.toBe(first);
    d.give(d.input('childEnded', { childId: first, state: 'FAILED', cost: 0, attempts: 0, errors }));
    d.give(
      d.input('childEnded', {
        childId: second,
        state: 'REJECTED',
        cost: 0,
        attempts: 0,
        errors: [{ code: 'INVALID_INPUT', message: 'no' }],
      }),
    );
    expect(ended(d)!.errors).toMatchObject([{ code: 'INVALID_INPUT' }]);
  });

  it('share what is left of the budget, and end with BUDGET_EXCEEDED when there is nothing', () => {
    const definition = { name: 'p', budget: { tasks: 9 }, steps: [{ id: 'sub', workflow: 'w', forEach: '[1, 2]' }] };
    const d = new Driver();
    d.submit({ definition });
    const [one, two] = d.commands('submitChild');
    for (const { childId, submission } of [one!, two!])
      d.give(d.input('childReserve', { childId, agent: 'coordinator', taskId: submission.parent.taskId, attempt: 1, tasks: 10_000 }));
    expect(d.events('childReserved').map(({ tasks }) => tasks)).toEqual([3, 3]);
    const poor = run([{ id: 'sub', flow: inner }]);
    poor.state.used = 10_000;
    reserve(poor);
    expect(codes(poor)).toEqual(['BUDGET_EXCEEDED']);
  });

  it('are canceled with the flow, and when their time is over', () => {
    const d = run([{ id: 'sub', flow: inner, timeout: '1m' }]);
    const childId = reserve(d);
    d.fire();
    expect(codes(d)).toEqual(['TASK_TIMEOUT']);
    expect(d.commands('cancelChild')).toEqual([{ type: 'cancelChild', childId, owner: 'coordinator' }]);
  });

  it('a stranger cannot take the place of one', () => {
    const d = run([{ id: 'sub', flow: inner }]);
    const { childId } = submitted(d);
    d.give(d.input('childReserve', { childId, agent: 'mallory', taskId: 'sub', attempt: 1, tasks: 1 }));
    expect(d.events('childReserved')).toEqual([]);
    // nor keep its own from it
    d.give(d.input('childReserve', { childId, agent: 'coordinator', taskId: 'sub', attempt: 1, tasks: 1 }));
    expect(d.events('childReserved')).toMatchObject([{ childId, agent: 'coordinator' }]);
  });

  it('a plan: the steps that a planner gives are run; a bad plan is given back to it with what is wrong', () => {
    const d = run([{ id: 'make', plan: 'planner.plan', input: { goal: 'x' }, retry: { initial: 0, jitter: 0 } }]);
    d.complete('make', [{ id: 'a' }]);
    const again = d.dispatched('make');
    expect(again).toMatchObject({
      attempt: 2,
      workState: { error: { code: 'INVALID_DEFINITION', problems: [{ path: 'output.steps[0].skill' }] } },
    });
    d.complete('make', { steps: [{ id: 'a', skill: 's' }], output: '${{ input.goal }}' });
    expect(submitted(d).submission).toMatchObject({ definition: { name: 'make', steps: [{ id: 'a' }] }, input: { goal: 'x' } });
    const childId = reserve(d);
    d.give(d.input('childEnded', { childId, state: 'FAILED', cost: 0, attempts: 1, errors: [{ code: 'INTERNAL', message: 'broke' }] }));
    expect(d.dispatched('make')).toMatchObject({ attempt: 3, workState: { error: { code: 'INTERNAL' } } });
  });
});

describe('definitions of these', () => {
  it('are read the same again, as their log entry is', () => {
    const written = {
      name: 'all',
      steps: [
        { id: 'a', skill: 's', forEach: 'input', join: { quorum: 2, rest: 'run' }, retry: { delays: ['1s', '2s'] } },
        { id: 'b', workflow: 'w', version: '1', needs: ['a'], budget: { tasks: 5, time: '1m' } },
        { id: 'c', flow: { steps: [{ id: 'x', skill: 's' }] }, repeat: { until: 'last', maxIterations: 2 } },
        { id: 'd', plan: 'p.q', needs: ['b', 'c'], join: { consensus: 0.5 } },
        { id: 'e', wait: { event: { source: 'x', type: 'y', filter: 'true' } } },
        { id: 'f', check: 'true', expects: { a: { type: 'array' }, b: 'output == 1' } },
        { id: 'g', wait: { for: '1s' }, needs: ['a', 'b'], join: 'any' },
      ],
    };
    const first = parseDefinition(written);
    if ('problems' in first) throw new Error(JSON.stringify(first.problems));
    expect(parseDefinition(JSON.parse(JSON.stringify(first.definition)))).toEqual(first);
  });

  it.each<[string, object, string]>([
    ['no kind', { id: 'a' }, 'steps[0].skill'],
    ['two kinds', { id: 'a', skill: 's', wait: { for: '1s' } }, 'steps[0].wait'],
    ['a join of nothing', { id: 'a', skill: 's', join: 'any' }, 'steps[0].join'],
    ['an unknown join', { id: 'a', skill: 's', forEach: 'input', join: { some: 1 } }, 'steps[0].join'],
    ['a loop without a bound', { id: 'a', skill: 's', repeat: { until: 'true' } }, 'steps[0].repeat.maxIterations'],
    ['a loop of a list', { id: 'a', skill: 's', forEach: 'input', repeat: { maxIterations: 2 } }, 'steps[0].repeat'],
    ['a wrong inner step', { id: 'a', flow: { steps: [{ id: 'x', skill: 'no skill' }] } }, 'steps[0].flow.steps[0].skill'],
    [
      'an unknown step in an inner flow',
      { id: 'a', flow: { steps: [{ id: 'x', skill: 's', needs: ['y'] }] } },
      'steps[0].flow.steps[0].needs[0]',
    ],
    ['last outside of a loop', { id: 'a', skill: 's', input: '${{ last }}' }, 'steps[0].input'],
    ['expectations of nobody', { id: 'a', skill: 's', expects: { b: 'true' } }, 'steps[0].expects.b'],
    ['a budget of a wait', { id: 'a', wait: { for: 1 }, budget: { tasks: 1 } }, 'steps[0].budget'],
  ])('are refused with the field: %s', (_name, step, path) => {
    const parsed = parseDefinition({ name: 'x', steps: [step] });
    expect('problems' in parsed && parsed.problems.map((each) => each.path)).toContain(path);
  });

  it('fold to the state they were decided on', () => {
    const d = run([
      { id: 'a', skill: 's', ...three, join: 'any' },
      { id: 'w', wait: { signal: 'go' } },
    ]);
    d.signal('notify', { data: { name: 'go' } });
    d.complete('a-1');
    expect(d.log.reduce(fold, emptyState())).toEqual(d.state);
  });
});

describe('what a join no longer needs', () => {
  it('is stopped from the end on: what only a stopped step waited for is stopped too', () => {
    const d = new Driver();
    d.agents['*'] = [offer('one')];
    const steps = [
      { id: 'work', skill: 's' },
      { id: 'clock', wait: { for: '1h' } },
      { id: 'ask', skill: 's', needs: ['clock'] },
      { id: 'done', check: 'true', needs: ['work'] },
      { id: 'end', check: 'true', needs: ['done', 'clock', 'ask'], after: ['work'], join: { any: true, rest: 'cancel' } },
    ];
    d.submit({ definition: { name: 'x', steps } });
    d.complete('work');
    expect(ended(d)).toMatchObject({ state: 'COMPLETED' });
  });
});

describe('rules', () => {
  const rules = [
    {
      id: 'more',
      when: 'steps.test.output.coverage < 0.5',
      add: [{ id: 'harder', skill: 's', needs: ['test'] }],
      replace: { report: { skill: 's', input: '${{ steps.harder.output }}' } },
      skip: ['deploy'],
    },
  ];
  const steps = [
    { id: 'test', skill: 's' },
    { id: 'report', skill: 's', needs: ['test'] },
    { id: 'deploy', skill: 's', needs: ['test'] },
  ];
  const start = (more: object = {}): Driver => {
    const d = new Driver();
    d.agents['*'] = [offer('one')];
    d.submit({ definition: { name: 'adaptive', steps, rules, ...more } });
    return d;
  };

  it('add, replace and skip steps as results arrive, before those that wait for the same begin', () => {
    const d = start();
    d.complete('test', { coverage: 0.1 });
    expect(sent(d)).toEqual(['test', 'harder']);
    d.complete('harder', 'found');
    expect(d.dispatched('report').input).toBe('found');
    d.complete('report', 'end');
    expect(ended(d)).toMatchObject({
      state: 'COMPLETED',
      output: { test: { coverage: 0.1 }, report: 'end', deploy: null, harder: 'found' },
    });
    expect(d.events('definitionChanged')).toMatchObject([{ by: 'rule more', skip: ['deploy'] }]);
    expect(d.log.reduce(fold, emptyState())).toEqual(d.state);
  });

  it('that do not hold change nothing, and are judged once', () => {
    const d = start();
    d.complete('test', { coverage: 0.9 });
    d.complete('report');
    d.complete('deploy');
    expect(ended(d)).toMatchObject({ state: 'COMPLETED' });
    expect(d.events('ruleJudged')).toEqual([{ type: 'ruleJudged', rule: 'more', holds: false }]);
  });

  it('that contradict what has happened are refused, with the reason', () => {
    const late = [{ id: 'late', after: 'report', skip: ['test'] }];
    const d = start({ rules: late });
    for (const id of ['test', 'report']) d.complete(id);
    expect(d.events('ruleJudged')).toMatchObject([{ rule: 'late', holds: true, problems: [{ code: 'SIGNAL_REFUSED' }] }]);
    d.complete('deploy');
    expect(ended(d)).toMatchObject({ state: 'COMPLETED' });
  });

  it.each<[string, object, string]>([
    ['about an unknown step', { after: 'nothing', skip: ['deploy'] }, 'rules[0]'],
    ['that add a step twice', { after: 'test', add: [{ id: 'test', skill: 's' }] }, 'rules[0].add[0].id'],
    [
      'that make a circle',
      { after: 'test', replace: { report: { skill: 's', needs: ['deploy'] }, deploy: { skill: 's', needs: ['report'] } } },
      'rules[0].replace.report',
    ],
    ['that change nothing', { after: 'test' }, 'rules[0].add'],
  ])('are refused %s', (_name, rule, path) => {
    const parsed = parseDefinition({ name: 'x', steps, rules: [rule] });
    expect('problems' in parsed && parsed.problems.map((each) => each.path)).toContain(path);
  });
});

describe('phases', () => {
  const phases = [
    {
      id: 'analysis',
      timeout: '5m',
      steps: [
        { id: 'security', skill: 's' },
        { id: 'schema', skill: 's' },
      ],
    },
    {
      id: 'build',
      mode: 'sequential',
      gate: 'steps.api.output.ok',
      steps: [
        { id: 'tables', skill: 's' },
        { id: 'api', skill: 's', when: 'steps.schema.output > 0' },
      ],
    },
    { id: 'release', when: 'input.release', steps: [{ id: 'deploy', skill: 's' }] },
  ];
  const start = (input: object = { release: true }): Driver => {
    const d = new Driver();
    d.agents['*'] = [offer('one')];
    d.submit({ definition: { name: 'phased', phases }, input });
    return d;
  };

  it('come one after the other, each at once or in order, and pass their gate', () => {
    const d = start();
    expect(sent(d)).toEqual(['security', 'schema']);
    d.complete('security');
    expect(sent(d)).toHaveLength(2);
    d.complete('schema', 1);
    expect(sent(d)).toEqual(['security', 'schema', 'tables']);
    d.complete('tables');
    d.complete('api', { ok: true });
    d.complete('deploy', 'out');
    expect(ended(d)).toMatchObject({ state: 'COMPLETED', output: { deploy: 'out', api: { ok: true } } });
    expect(ended(d)!.output).not.toHaveProperty('analysis');
    expect(d.log.reduce(fold, emptyState())).toEqual(d.state);
  });

  it('end the flow where the gate does not hold, and are skipped by their condition', () => {
    const d = start();
    for (const id of ['security', 'schema']) d.complete(id, 1);
    d.complete('tables');
    d.complete('api', { ok: false });
    expect(ended(d)!.errors).toMatchObject([{ code: 'CHECK_FAILED', path: 'steps.build' }]);
    const skipped = start({ release: false });
    for (const id of ['security', 'schema', 'tables']) skipped.complete(id, 1);
    skipped.complete('api', { ok: true });
    expect(ended(skipped)).toMatchObject({ state: 'COMPLETED', tasks: { skipped: 2 } });
  });

  it('that do not end in their time fail what has not ended in them', () => {
    const d = start();
    d.complete('security');
    expect(d.state.armed!.at).toBe(1_700_000_000_000 + 60_000);
    d.fire();
    const again = () => d.give(d.result(d.dispatched('schema'), { kind: 'failed', error: { code: 'X', message: 'x', retryable: true } }));
    expect(again()).toEqual([]);
    for (let fires = 0; fires < 20 && !ended(d); fires++) d.fire();
    expect(ended(d)!.errors!.map(({ code }) => code)).toContain('TASK_TIMEOUT');

    const slow = new Driver();
    slow.agents['*'] = [offer('one', { timeout: 10 * 60_000 })];
    slow.submit({ definition: { name: 'phased', phases }, input: {} });
    slow.complete('security');
    slow.fire();
    expect(ended(slow)!.errors).toMatchObject([{ code: 'PHASE_TIMEOUT', path: 'steps.schema' }]);
    expect(slow.now).toBe(1_700_000_000_000 + 5 * 60_000);
    expect(slow.commands('abort').map(({ taskId }) => taskId)).toEqual(['schema']);
  });

  it('count what was stored before their end, though it is heard together with it', () => {
    const d = new Driver();
    d.agents['*'] = [offer('one', { timeout: 10 * 60_000 })];
    d.submit({ definition: { name: 'phased', phases }, input: {} });
    d.complete('security');
    const [stored, timer] = [d.result(d.dispatched('schema')), d.input('timer', { n: d.state.armed!.n })];
    expect(timedOut(d.state, d.state.armed!.at - 1)).toEqual([]);
    expect(timedOut(d.state, d.state.armed!.at)).toEqual([{ agent: 'one', taskId: 'schema', attempt: 1 }]);
    d.give(timer, stored);
    expect(d.events('boxClosed')).toEqual([{ type: 'boxClosed', box: 'analysis' }]);
    expect(d.commands('dispatch').map(({ taskId }) => taskId)).toEqual(['security', 'schema', 'tables']);
    expect(ended(d)).toBeUndefined();
  });

  it('read the same again', () => {
    const first = parseDefinition({
      name: 'phased',
      phases,
      on: [{ source: 'git', type: 'push', filter: 'event.data.main', input: { ref: '${{ event.data.ref }}' } }],
    });
    if ('problems' in first) throw new Error(JSON.stringify(first.problems));
    expect(first.definition.timeBoxes).toEqual([{ id: 'analysis', after: [], steps: ['security', 'schema', 'analysis'], time: 300_000 }]);
    expect(parseDefinition(JSON.parse(JSON.stringify(first.definition)))).toEqual(first);
  });

  it.each<[string, object, string]>([
    ['a phase without steps', { phases: [{ id: 'a' }] }, 'phases[0].steps'],
    [
      'a time box of a stranger',
      { steps: [{ id: 'a', skill: 's' }], timeBoxes: [{ id: 'x', steps: ['b'], time: '1m' }] },
      'timeBoxes[0].steps[0]',
    ],
    [
      'an event that reads a flow',
      { steps: [{ id: 'a', skill: 's' }], on: [{ source: 'a', type: 'b', filter: 'input.x' }] },
      'on[0].filter',
    ],
  ])('refuse %s', (_name, definition, path) => {
    const parsed = parseDefinition({ name: 'x', ...definition });
    expect('problems' in parsed && parsed.problems.map((each) => each.path)).toContain(path);
  });

  it('a step has a time of its own, over all its attempts', () => {
    const d = run([{ id: 'a', skill: 's', within: '90s', retry: { attempts: 9, initial: '10s', jitter: 0 } }]);
    d.fire();
    d.fire();
    d.fire();
    expect(codes(d)).toEqual(['STEP_TIMEOUT']);
    expect(d.now).toBe(1_700_000_000_000 + 90_000);
    const list = run([{ id: 'a', skill: 's', forEach: '[1, 2]', within: '10s' }]);
    const results = ['a-0', 'a-1'].map((taskId) => list.result(list.dispatched(taskId)));
    expect(timedOut(list.state, list.state.armed!.at)).toHaveLength(2);
    list.give(list.input('timer', { n: list.state.armed!.n }), ...results);
    expect(ended(list)).toMatchObject({ state: 'COMPLETED' });
    const on = run([{ id: 'a', wait: { signal: 'never' }, within: '90s', onFailure: 'continue' }]);
    on.fire();
    expect(ended(on)).toMatchObject({ state: 'COMPLETED' });
  });
});
