import { awaited } from '../state/awaited.js';
import { explain } from '../state/explain.js';
import { fold, isApplied } from '../state/fold.js';
import { emptyState } from '../state/state.js';
import { statusOf } from '../state/status.js';
import { timedOut } from '../state/timed-out.js';
import { Driver, offer } from '../testing/driver.js';
import { reservationOf } from './children.js';
import { decide } from './decide.js';

const audit = {
  name: 'audit',
  steps: [
    { id: 'plan', skill: 'w.shard', input: { w: '${{ input.w }}' } },
    { id: 'debt', skill: 'd.a', forEach: '${{ steps.plan.output.shards }}', input: { shard: '${{ item }}', i: '${{ index }}' } },
    { id: 'sec', skill: 's.a', forEach: 'steps.plan.output.shards', input: 'shard ${{ index }}: ${{ item }}' },
    { id: 'report', skill: 'r.c', input: { debt: '${{ steps.debt.output }}', sec: '${{ steps.sec.output }}' } },
  ],
  output: '${{ steps.report.output }}',
};

describe('decide: a flow from its submission to its outcome', () => {
  it('runs a single task', () => {
    const d = new Driver();
    d.agents['echo.echo'] = [offer('echo')];
    d.submit({ skill: 'echo.echo', input: { a: '${{ not.a.template }}' } });
    expect(d.dispatched('task')).toMatchObject({ agent: 'echo', attempt: 1, input: { a: '${{ not.a.template }}' } });
    d.complete('task', { ok: 1 });
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', output: { ok: 1 }, tasks: { completed: 1, attempts: 1 } });
    expect(d.log.at(-1)!.commands.at(-1)!.type).toBe('outcome');
  });

  it('runs a diamond with lists, in the order of its data', () => {
    const d = new Driver();
    d.agents['*'] = [offer('worker')];
    d.submit({ definition: audit, input: { w: 7 } });
    expect(d.dispatched('plan').input).toEqual({ w: 7 });
    d.complete('plan', { shards: ['x', 'y'] });
    expect(d.dispatched('debt-1').input).toEqual({ shard: 'y', i: 1 });
    expect(d.dispatched('sec-0').input).toBe('shard 0: x');
    for (const id of ['sec-1', 'debt-1', 'sec-0']) d.complete(id, id);
    expect(() => d.dispatched('report')).toThrow();
    d.complete('debt-0', 'debt-0');
    expect(d.dispatched('report').input).toEqual({ debt: ['debt-0', 'debt-1'], sec: ['sec-0', 'sec-1'] });
    d.complete('report', { done: true });
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', output: { done: true } });
  });
});

const one = (more: object = {}, flow: object = {}) => ({ name: 'x', steps: [{ id: 'a', skill: 's.a', ...more }], ...flow });
const noJitter = { attempts: 3, backoff: 'fixed', initial: '1s', jitter: 0 };
const started = (definition: unknown, input: unknown = {}): Driver => {
  const d = new Driver();
  d.agents['*'] = [offer('worker')];
  d.submit({ definition, input });
  return d;
};

describe('a submission', () => {
  const rejected = (submission: object, more: object = {}, facts: object = {}) => {
    const d = new Driver();
    Object.assign(d.facts, facts);
    d.submit(submission, more);
    expect(d.state.outcome?.state).toBe('REJECTED');
    expect(d.commands('outcome')).toHaveLength(1);
    return d.state.outcome!.errors!.map(({ code, path }) => `${code} ${path}`);
  };

  it('is rejected with every problem by path', () => {
    expect(rejected({})).toEqual(['INVALID_MESSAGE payload']);
    expect(rejected({ skill: 'a', workflow: 'b' })).toEqual(['INVALID_MESSAGE payload']);
    expect(rejected({ definition: { name: 'x', steps: [{ id: 'a', skill: 's' }, { id: 'b' }] }, timeout: -1 })).toEqual([
      'INVALID_DEFINITION payload.definition.steps[1].skill',
      'INVALID_MESSAGE payload.timeout',
    ]);
    expect(
      rejected({
        definition: one({}, { input: { type: 'object', required: ['w'], properties: { n: { type: 'integer' } } } }),
        input: { n: 'x' },
      }),
    ).toEqual(['INVALID_INPUT payload.input.w', 'INVALID_INPUT payload.input.n']);
    expect(rejected({ workflow: 'none' })).toEqual(['WORKFLOW_UNKNOWN payload.workflow']);
    expect(rejected({ skill: 's' }, { hop: 9 })).toEqual(['HOP_LIMIT undefined']);
    expect(rejected({ skill: 's', parent: { flowId: 'p', taskId: 't', attempt: 1 } })).toEqual(['PARENT_ENDED payload.parent']);
    expect(rejected({ skill: 's', input: 'x'.repeat(800_000) })).toEqual(['MESSAGE_TOO_LARGE payload']);
    expect(rejected({ skill: 's', input: JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as unknown })).toEqual([
      'INVALID_MESSAGE payload',
    ]);
  });

  it('twice is one flow; of another owner it is answered without touching the flow', () => {
    const d = started(one());
    expect(d.submit({ skill: 's.b' })).toEqual([]);
    expect(d.answers).toEqual([]);
    expect(d.submit({ skill: 's.b' }, { owner: 'bob' })).toEqual([]);
    expect(d.answers).toMatchObject([{ owner: 'bob', outcome: { state: 'REJECTED', errors: [{ code: 'FLOW_ID_TAKEN' }] } }]);
    d.complete('a');
    d.submit({ skill: 's.b' }, { owner: 'bob' });
    expect(d.answers).toHaveLength(2);
    expect(d.log).toHaveLength(2);
  });
});

describe('steps', () => {
  it('are skipped when their condition is false; what waits for them goes on', () => {
    const d = started(
      {
        name: 'x',
        steps: [
          { id: 'a', skill: 's', when: 'input.go' },
          { id: 'b', skill: 's', input: '${{ steps.a.state }}' },
        ],
      },
      { go: false },
    );
    expect(d.dispatched('b').input).toBe('SKIPPED');
    d.complete('b', 1);
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', output: { a: null, b: 1 }, tasks: { skipped: 1 } });
  });

  it('with an empty list complete at once', () => {
    const d = started(one({ forEach: 'input.l' }, { output: '${{ steps.a.output }}' }), { l: [] });
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', output: [] });
  });

  it('keep to maxParallel', () => {
    const d = started(one({ forEach: 'input.l', maxParallel: 2 }), { l: [1, 2, 3, 4, 5] });
    expect(d.commands('dispatch').map(({ taskId }) => taskId)).toEqual(['a-0', 'a-1']);
    d.complete('a-1', 'one');
    expect(d.commands('dispatch').map(({ taskId }) => taskId)).toEqual(['a-0', 'a-1', 'a-2']);
    for (const id of ['a-0', 'a-2', 'a-3', 'a-4']) d.complete(id, id);
    expect(d.state.outcome?.output).toEqual({ a: ['a-0', 'one', 'a-2', 'a-3', 'a-4'] });
  });

  it('whose expression fails end the flow with its text', () => {
    const d = started(one({ input: '${{ input.no }}' }));
    expect(d.state.outcome).toMatchObject({
      state: 'FAILED',
      errors: [{ code: 'EXPRESSION_FAILED', path: 'steps.a', message: 'input has no field "no"' }],
    });
  });

  it('that may fail let the flow go on with their error', () => {
    const steps = [
      { id: 'a', skill: 's', forEach: 'input.l', onFailure: 'continue', retry: { attempts: 1 } },
      { id: 'b', skill: 's', input: { error: '${{ steps.a.error.code }}', all: '${{ steps.a.output }}' } },
    ];
    const d = started({ name: 'x', steps }, { l: [1, 2] });
    d.fail('a-0', 'MINE');
    d.complete('a-1', 'ok');
    expect(d.dispatched('b').input).toEqual({ error: 'MINE', all: [null, 'ok'] });
  });
});

describe('attempts', () => {
  it('are made again after a pause, as often as the policy says, then buried', () => {
    const d = started(one({ retry: noJitter }));
    d.fail('a');
    expect(d.state.armed?.at).toBe(d.now + 1000);
    d.fire();
    expect(d.dispatched('a').attempt).toBe(2);
    expect(statusOf(d.state)).toMatchObject({
      state: 'WORKING',
      workflow: 'x',
      fraction: 0,
      steps: [{ id: 'a', running: 1, retries: 1, agents: ['worker'] }],
    });
    expect(explain(d.state)[0]).toContain('a runs on worker, attempt 2');
    d.fail('a');
    expect(explain(d.state)[0]).toContain('a is tried again at');
    d.fire();
    d.fail('a', 'LAST');
    expect(d.state.outcome).toMatchObject({
      state: 'FAILED',
      errors: [{ code: 'LAST', path: 'steps.a' }],
      tasks: { attempts: 3, failed: 1 },
    });
    expect(d.commands('deadLetter')).toMatchObject([{ taskId: 'a', attempt: 3, fault: { code: 'LAST' } }]);
  });

  it.each([
    ['exponential', [1000, 2000, 3000]],
    ['linear', [1000, 2000, 3000]],
    ['fixed', [1000, 1000, 1000]],
  ])('wait %s', (backoff, delays) => {
    const d = started(one({ retry: { attempts: 4, backoff, initial: 1000, max: 3000, jitter: 0 } }));
    const seen = delays.map(() => {
      d.fail('a');
      const delay = d.events('attemptFailed').at(-1)!.retryAt! - d.now;
      d.fire();
      return delay;
    });
    expect(seen).toEqual(delays);
  });

  it.each<[string, object, boolean]>([
    ['a fault that cannot be mended', {}, false],
    ['a code that is not to be tried', { noRetryOn: ['X'] }, true],
    ['a code that is not listed', { retryOn: ['Y'] }, true],
  ])('are not made again after %s', (_name, retry, retryable) => {
    const d = started(one({ retry }));
    d.fail('a', 'X', retryable);
    expect(d.state.outcome?.state).toBe('FAILED');
    expect(d.commands('deadLetter')).toEqual([]);
  });

  it('end at their deadline, unless their result is stored', () => {
    const d = started(one({ timeout: '10s', retry: noJitter }));
    expect(d.state.armed?.at).toBe(d.now + 10_000);
    d.now += 10_000;
    expect(timedOut(d.state, d.now)).toEqual([{ agent: 'worker', taskId: 'a', attempt: 1 }]);
    const late = d.dispatched('a');
    d.fire();
    expect(d.commands('abort')).toMatchObject([{ agent: 'worker', taskId: 'a', attempt: 1, reason: 'TASK_TIMEOUT' }]);
    expect(d.give(d.result(late))).toEqual([]);
    d.fire();
    expect(d.dispatched('a').attempt).toBe(2);
    d.now += 10_000;
    d.give(d.input('timer', { n: d.state.armed!.n }), d.result(d.dispatched('a'), { output: 'just' }));
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', output: { a: 'just' } });
  });

  it('of another agent, number or task do not count', () => {
    const d = started(one());
    const task = d.dispatched('a');
    const wrong = [{ agent: 'other' }, { attempt: 2 }, { taskId: 'b' }].map((each) => d.result({ ...task, ...each }));
    expect(d.give(...wrong)).toEqual([]);
  });

  it('bear malformed, endless and unsupported results', () => {
    const d = started(one({ retry: noJitter }));
    d.give(
      d.input('result', { agent: 'worker', taskId: 'a', attempt: 1, result: { problems: [{ code: 'INVALID_MESSAGE', message: 'x' }] } }),
    );
    expect(d.events('attemptFailed')).toMatchObject([{ fault: { code: 'INVALID_MESSAGE' }, retryAt: d.now + 1000 }]);
    d.fire();
    d.complete('a', 'x'.repeat(300_000));
    expect(d.state.outcome?.errors).toMatchObject([{ code: 'MESSAGE_TOO_LARGE' }]);
    const e = started(one());
    for (const kind of ['handoff', 'escalate', 'delegated'] as const) {
      e.give(e.result(e.dispatched('a'), { kind }));
      expect(e.events('attemptFailed').at(-1)?.fault).toMatchObject({ code: 'INVALID_MESSAGE', problems: expect.any(Array) as unknown });
      e.fire();
    }
    const f = started(one({ retry: noJitter }));
    f.fail('a', 'POISON', false);
    expect(f.commands('deadLetter')).toHaveLength(1);
  });

  it('rejected by the agent reject a single task, and fail a workflow', () => {
    const error = {
      code: 'INVALID_INPUT',
      message: 'no',
      retryable: true,
      problems: [{ code: 'INVALID_INPUT', path: 'input.x', message: 'is missing' }],
    };
    const d = new Driver();
    d.agents['*'] = [offer('worker')];
    d.submit({ skill: 's.a' });
    d.give(d.result(d.dispatched('task'), { kind: 'rejected', error }));
    expect(d.state.outcome).toMatchObject({ state: 'REJECTED', errors: [{ path: 'input.x' }] });
    const e = started(one());
    e.give(e.result(e.dispatched('a'), { kind: 'rejected', error }));
    expect(e.state.outcome?.state).toBe('FAILED');
  });
});

describe('agents', () => {
  it('share a fan-out by their free slots', () => {
    const d = new Driver();
    d.agents['*'] = [offer('one', { freeSlots: 2, slots: 4 }), offer('two', { freeSlots: 6, slots: 6 })];
    d.submit({ definition: one({ forEach: 'input' }), input: Array(8).fill(0) });
    const count = (name: string) => d.commands('dispatch').filter(({ agent }) => agent === name).length;
    expect([count('one'), count('two')]).toEqual([2, 6]);
  });

  it('that are busy get the task all the same', () => {
    const d = new Driver();
    d.agents['*'] = [offer('worker', { freeSlots: 0 })];
    d.submit({ skill: 's' });
    expect(d.dispatched('task').agent).toBe('worker');
  });

  it('are waited for, by name of the skill, until one offers it', () => {
    const d = new Driver();
    d.submit({ skill: 's.a' });
    expect(d.commands('wait')).toEqual([{ type: 'wait', kind: 'skill', key: 's~a' }]);
    expect(statusOf(d.state).steps).toMatchObject([{ state: 'WAITING', waitingFor: 'NO_AGENT' }]);
    expect(explain(d.state)[0]).toContain('NO_AGENT');
    expect(d.signal('wake', { speaker: 'coordinator' })).toEqual([]);
    d.agents['s.a'] = [offer('late')];
    d.signal('wake', { speaker: 'coordinator' });
    expect(d.dispatched('task').agent).toBe('late');
    expect(d.commands('unwait')).toHaveLength(1);
  });

  it('that never come end the task at its deadline', () => {
    const d = new Driver();
    d.submit({ definition: one({ timeout: '5s' }) });
    d.fire();
    expect(d.state.outcome).toMatchObject({ state: 'FAILED', errors: [{ code: 'NO_AGENT' }] });
    const e = new Driver();
    e.submit({ skill: 's', timeout: 7000 });
    e.fire();
    expect(e.state.outcome).toMatchObject({ state: 'FAILED', errors: [{ code: 'NO_AGENT' }] });
  });
});

describe('the flow', () => {
  it('ends at its deadline, and never lets an attempt past it', () => {
    const d = started(one({ timeout: '1h' }, { budget: { time: '10s' } }));
    expect(d.dispatched('a').deadline).toBe(d.now + 10_000);
    d.fire();
    expect(d.state.outcome).toMatchObject({ state: 'FAILED', errors: [{ code: 'FLOW_TIMEOUT' }], tasks: { canceled: 1 } });
    expect(d.commands('abort')).toHaveLength(1);
  });

  it('ends when its budget is spent', () => {
    const d = started(one({ retry: { ...noJitter, attempts: 9 } }, { budget: { tasks: 2 } }));
    d.fail('a');
    d.fire();
    d.fail('a');
    d.fire();
    expect(d.state.outcome).toMatchObject({ state: 'FAILED', errors: [{ code: 'BUDGET_EXCEEDED' }], tasks: { attempts: 2 } });
  });

  it('is canceled at once, with everything that runs; what comes later means nothing', () => {
    const d = started({ name: 'x', steps: ['a', 'b'].map((id) => ({ id, skill: 's' })) });
    const task = d.dispatched('b');
    expect(d.signal('cancel', { speaker: 'eve' })[0]!.events).toMatchObject([{ type: 'signalIgnored', why: 'NOT_OWNER' }]);
    expect(d.signal('retry')[0]!.events).toMatchObject([{ type: 'signalRefused', signal: 'retry' }]);
    d.signal('cancel', { reason: 'enough' });
    expect(d.state.outcome).toMatchObject({ state: 'CANCELED', errors: [{ code: 'CANCELED', message: 'enough' }], tasks: { canceled: 2 } });
    expect(d.commands('abort').map(({ taskId }) => taskId)).toEqual(['a', 'b']);
    expect(d.give(d.result(task), d.input('timer', { n: 1 }))).toEqual([]);
    expect(d.signal('cancel')).toEqual([]);
  });

  it('records no more than a few signals of strangers', () => {
    const d = started(one());
    for (let i = 0; i < 50; i++) d.signal('cancel', { speaker: 'eve' });
    expect(d.events('signalIgnored')).toHaveLength(20);
  });

  it('arms its one timer anew only for what is earlier, or when it came', () => {
    const d = started({
      name: 'x',
      steps: [
        { id: 'a', skill: 's', timeout: '1m' },
        { id: 'b', skill: 's', timeout: '5m', needs: ['a'] },
      ],
    });
    expect(d.commands('timer')).toHaveLength(1);
    d.complete('a');
    expect(d.commands('timer')).toHaveLength(1);
    expect(d.give(d.input('timer', { n: 99 }))).toEqual([]);
    d.fire();
    expect(d.commands('timer')).toHaveLength(2);
    expect(d.state.outcome).toBeUndefined();
    d.fire();
    expect(d.events('attemptFailed')).toMatchObject([{ taskId: 'b', fault: { code: 'TASK_TIMEOUT' } }]);
  });
});

describe('children', () => {
  const parent = () => {
    const d = started(one({}, { budget: { tasks: 5 } }));
    const ask = (childId: string, tasks: number, more: object = {}) =>
      d.give(d.input('childReserve', { childId, agent: 'worker', taskId: 'a', attempt: 1, tasks, ...more }));
    return { d, ask };
  };

  it('get a part of the budget, and give back what they did not use', () => {
    const { d, ask } = parent();
    ask('c1', 3);
    expect(reservationOf(d.state, 'c1')).toEqual({
      granted: true,
      agent: 'worker',
      tasks: 3,
      deadline: d.dispatched('a').deadline,
      hop: 1,
    });
    expect(ask('c1', 3)).toEqual([]);
    ask('c2', 2);
    expect(reservationOf(d.state, 'c2')).toEqual({ granted: false, code: 'BUDGET_EXCEEDED' });
    d.give(d.input('childEnded', { childId: 'c1', state: 'COMPLETED', cost: 2, attempts: 1 }));
    ask('c3', 3);
    expect(reservationOf(d.state, 'c3')).toMatchObject({ granted: true });
    expect(d.state.cost).toBe(2);
  });

  it('are refused for an attempt that is not at work, and too deep down', () => {
    const { d, ask } = parent();
    ask('c1', 1, { attempt: 2 });
    expect(reservationOf(d.state, 'c1')).toEqual({ granted: false, code: 'PARENT_ENDED' });
    // a stranger gets nothing, and no word in the log that would keep out who asks by right
    ask('c2', 1, { agent: 'other' });
    expect(reservationOf(d.state, 'c2')).toBeUndefined();
    const deep = new Driver();
    deep.agents['*'] = [offer('worker')];
    deep.submit({ skill: 's' }, { hop: 8 });
    deep.give(deep.input('childReserve', { childId: 'c3', agent: 'worker', taskId: 'task', attempt: 1, tasks: 1 }));
    expect(reservationOf(deep.state, 'c3')).toEqual({ granted: false, code: 'HOP_LIMIT' });
  });

  it('end with the attempt that asked for them', () => {
    const { d, ask } = parent();
    ask('c1', 1);
    d.complete('a');
    expect(d.commands('cancelChild')).toEqual([{ type: 'cancelChild', childId: 'c1', owner: 'worker' }]);
    expect(reservationOf(d.state, 'c1')).toEqual({ granted: false, code: 'PARENT_ENDED' });
  });

  it('inherit deadline and budget, and tell their parent before their outcome', () => {
    const d = new Driver();
    d.agents['*'] = [offer('other')];
    d.facts.parent = { granted: true, agent: 'worker', tasks: 1, deadline: d.now + 500, hop: 3 };
    d.submit({ skill: 's', parent: { flowId: 'p', taskId: 'a', attempt: 1 } }, { owner: 'worker' });
    expect(d.events('flowStarted')).toMatchObject([{ hop: 3, tasks: 1, deadline: d.now + 500 }]);
    d.fail('task');
    d.fire();
    expect(
      d.log
        .at(-1)!
        .commands.map(({ type }) => type)
        .slice(-2),
    ).toEqual(['notifyParent', 'outcome']);
    expect(d.commands('notifyParent')).toMatchObject([{ parent: { flowId: 'p' }, childId: 'f1', state: 'FAILED', attempts: 1 }]);
  });

  // found by `npm run simulate -- --seed 2770`: what was told of as unused was given out a second time
  it('tell as used what they set aside for children that they cancel as they end', () => {
    const d = new Driver();
    d.agents['*'] = [offer('other')];
    d.facts.parent = { granted: true, agent: 'worker', tasks: 4, deadline: d.now + 60_000, hop: 3 };
    d.submit({ skill: 's', parent: { flowId: 'p', taskId: 'a', attempt: 1 } }, { owner: 'worker' });
    d.give(d.input('childReserve', { childId: 'c1', agent: 'other', taskId: 'task', attempt: 1, tasks: 2 }));
    d.complete('task');
    expect(d.commands('cancelChild')).toMatchObject([{ childId: 'c1' }]);
    expect(d.commands('notifyParent')).toMatchObject([{ childId: 'f1', state: 'COMPLETED', attempts: 3 }]);
  });
});

describe('sizes', () => {
  it('10,000 tasks go out in transitions of at most 500 commands, and end', () => {
    const d = started(
      one({ forEach: 'input', input: { n: '${{ item }}' } }, { output: { last: '${{ steps.a.output[9999] }}' } }),
      Array.from({ length: 10_000 }, (_, n) => n),
    );
    expect(d.commands('dispatch')).toHaveLength(10_000);
    expect(Math.max(...d.log.map(({ commands }) => commands.length))).toBeLessThanOrEqual(500);
    const results = d.commands('dispatch').map((task) => d.result(task, { output: task.taskId }));
    while (results.length > 0) d.give(...results.splice(0, 300));
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', output: { last: 'a-9999' } });
  });

  it('one more than 10,000 is refused', () => {
    const d = started(one({ forEach: 'input' }), Array(10_001).fill(0));
    expect(d.state.outcome).toMatchObject({ state: 'FAILED', errors: [{ code: 'EXPRESSION_FAILED' }] });
  });

  it('a cancel of 10,000 aborts them all before the outcome', () => {
    const d = started(one({ forEach: 'input' }), Array(10_000).fill(0));
    const made = d.signal('cancel');
    expect(made.length).toBeGreaterThan(20);
    expect(d.commands('abort')).toHaveLength(10_000);
    expect(made.at(-1)!.commands.at(-1)!.type).toBe('outcome');
    expect(d.commands('outcome')).toHaveLength(1);
  });

  it('a transition stays below the size that one may have', () => {
    const d = started(one({ forEach: 'input.l', input: '${{ item }}' }), { l: Array.from({ length: 10 }, () => 'x'.repeat(25_000)) });
    for (const transition of d.log) expect(JSON.stringify(transition).length).toBeLessThan(900_000);
    expect(d.commands('dispatch')).toHaveLength(10);
    const results = d.commands('dispatch').map((task) => d.result(task, { output: 'y'.repeat(200_000) }));
    for (const transition of d.give(...results)) expect(JSON.stringify(transition).length).toBeLessThan(900_000);
    expect(d.events('taskCompleted')).toHaveLength(10);
  });

  it('what is too large to travel is stored first', () => {
    const d = new Driver();
    d.agents['*'] = [offer('worker')];
    const stored = new Map<string, string>();
    d.facts.stored = (sha256) =>
      stored.has(sha256) ? { writer: 'coordinator', sha256, size: 1, chunks: 1, type: 'application/json' } : undefined;
    const submit = d.input('submit', {
      flowId: 'f1',
      tenant: 'default',
      owner: 'ann',
      messageId: 'm',
      hop: 0,
      submission: { skill: 's', input: 'x'.repeat(100_000) },
    });
    const need = decide(d.state, [submit], d.facts);
    expect(need).toMatchObject({ kind: 'need', values: [], store: [{ json: JSON.stringify('x'.repeat(100_000)) }] });
    if (need.kind === 'need') stored.set(need.store[0]!.sha256, need.store[0]!.json);
    d.give(submit);
    expect(d.dispatched('task').input).toMatchObject({ $blob: { writer: 'coordinator' } });
  });
});

describe('values by reference', () => {
  const ref = (n: number) => ({
    $blob: { writer: 'w', sha256: n.toString(16).padStart(64, '0'), size: 1, chunks: 1, type: 'application/json' },
  });
  const looking = { name: 'x', steps: [{ id: 'a', skill: 's', forEach: 'input', input: '${{ item.x }}' }] };

  it('are asked for in few rounds', () => {
    const d = new Driver();
    d.agents['*'] = [offer('worker')];
    const loaded = new Set<string>();
    d.facts.value = ({ sha256 }) => (loaded.has(sha256) ? { value: { x: sha256.at(-1) } } : undefined);
    const items = Array.from({ length: 200 }, (_, n) => ref(n));
    const submit = d.input('submit', {
      flowId: 'f1',
      tenant: 'default',
      owner: 'ann',
      messageId: 'm',
      hop: 0,
      submission: { definition: looking, input: items },
    });
    let rounds = 0;
    for (let need = decide(d.state, [submit], d.facts); need.kind === 'need'; need = decide(d.state, [submit], d.facts)) {
      for (const { sha256 } of need.values) loaded.add(sha256);
      rounds++;
    }
    expect(rounds).toBe(4);
    d.give(submit);
    expect(d.dispatched('a-17').input).toBe('1');
    expect(d.commands('dispatch')).toHaveLength(200);
  });

  it('that cannot be had fail the step with the reason', () => {
    const d = new Driver();
    d.agents['*'] = [offer('worker')];
    d.facts.value = () => ({ problem: { code: 'BLOB_MISSING', message: 'gone' } });
    d.submit({ definition: looking, input: [ref(1)] });
    expect(d.state.outcome).toMatchObject({ state: 'FAILED', errors: [{ code: 'BLOB_MISSING', message: 'gone' }] });
  });
});

describe('after a crash', () => {
  it('only what is still awaited is done again', () => {
    const d = started(one({ retry: noJitter }));
    const [first] = d.log;
    expect(first!.commands.every((command) => awaited(d.state, command))).toBe(true);
    expect(isApplied(d.state, first!.inputs[0]!)).toBe(1);
    d.fail('a');
    d.fire();
    expect(first!.commands.filter((command) => awaited(d.state, command))).toEqual([]);
    d.complete('a');
    const dispatches = d.log.flatMap(({ commands }) => commands).filter((command) => awaited(d.state, command));
    expect(dispatches.map(({ type }) => type)).toEqual(['outcome']);
  });

  it('an input that the log has is passed over', () => {
    const d = started(one());
    const result = d.result(d.dispatched('a'));
    d.give(result);
    expect(d.give(result)).toEqual([]);
  });

  it('an input that comes twice at once counts once', () => {
    const d = started(one());
    const result = d.result(d.dispatched('a'));
    expect(d.give(result, { ...result }).map(({ inputs }) => inputs)).toEqual([[result.origin]]);
  });

  it('a log of a newer engine is refused with a code', () => {
    const odd = { n: 1, at: 1, inputs: [], events: [{ type: 'teleported' }], commands: [], more: false } as never;
    expect(() => fold(emptyState(), odd)).toThrow(expect.objectContaining({ code: 'TRANSITION_UNKNOWN' }));
  });
});
