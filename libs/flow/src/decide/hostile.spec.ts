import { MESSAGE_TYPES, parseMessage, type Fault, type TaskResult } from '@waggle/protocol';
import { Driver, offer } from '../testing/driver.js';
import { Checked, refold, snapshot } from '../testing/checked.js';
import { sentenceOf } from '../history/sentences.js';
import { LIMITS, sizeOf } from '../limits.js';
import { reservationOf } from './children.js';
import { decide } from './decide.js';

/** What a broker takes in one message, less the envelope. */
const MESSAGE = 1024 * 1024 - 4096;

const start = (definition: object, agents: Record<string, ReturnType<typeof offer>[]> = { '*': [offer('one')] }): Driver => {
  const d = new Checked();
  d.agents = agents;
  d.submit({ definition: { name: 'm', ...definition } });
  return d;
};
const told = (d: Driver, taskId: string, result: Partial<TaskResult>) => d.give(d.result(d.dispatched(taskId), result));
const biggest = (d: Driver) => Math.max(...d.log.map(sizeOf));
const once = { attempts: 1 };

describe('agents and clients that mean no good, or do not look', () => {
  it('a sum of fractions that leaves a rest is no promise: nobody waits for it', () => {
    const steps = [
      { id: 'a', skill: 'x' },
      { id: 'b', skill: 'y' },
      { id: 'c', skill: 'z', after: ['a', 'b'] },
    ];
    const agents = { x: [offer('ax', { cost: 0.1 })], y: [offer('ay', { cost: 0.2 })], z: [offer('az', { cost: 0.3 })] };
    const d = start({ budget: { cost: 0.35 }, steps }, agents);
    told(d, 'a', { cost: 0.1 });
    told(d, 'b', { cost: 0.2 });
    expect(d.state.outcome?.errors?.map(({ code }) => code)).toEqual(['BUDGET_EXCEEDED']);
  });

  it('costs beyond all measure do not add up to what JSON cannot say', () => {
    const d = start({
      steps: [
        { id: 'a', skill: 'x' },
        { id: 'b', skill: 'x' },
      ],
    });
    told(d, 'a', { cost: 1.7e308 });
    told(d, 'b', { cost: 1.7e308 });
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', cost: 2 * LIMITS.cost });
  });

  it.each([['x'], ['\u4e2d'], ['\u0001']])('a failure told at length, in %j, fits into the log, its dead letter included', (letter) => {
    const text = (length: number) => letter.repeat(length);
    const problems = Array.from({ length: 100 }, () => ({ code: text(64), path: text(256), message: text(512), remedy: text(512) }));
    const error = { code: 'INTERNAL', message: text(4096), cause: text(4096), retryable: true, problems } as Fault;
    const d = start({ steps: [{ id: 'a', skill: 'x', retry: { attempts: 6, initial: 1 } }] });
    for (let attempts = 0; attempts < 6; attempts++) {
      told(d, 'a', { kind: 'failed', error });
      d.fire();
    }
    expect(d.commands('deadLetter')).toHaveLength(1);
    expect(d.state.outcome?.state).toBe('FAILED');
    expect(biggest(d)).toBeLessThan(MESSAGE);
  });

  it('an attempt with more children than one transition can stop is refused the rest', () => {
    const d = start({ budget: { tasks: 100_000 }, steps: [{ id: 'a', skill: 'x', retry: once }] });
    const { agent } = d.dispatched('a');
    const asks = Array.from({ length: LIMITS.children + 500 }, (_, i) =>
      d.input('childReserve', { childId: `c-${String(i).padStart(40, '0')}`, agent, taskId: 'a', attempt: 1, tasks: 3 }),
    );
    d.give(...asks);
    expect(d.events('childReserved')).toHaveLength(LIMITS.children);
    expect(new Set(d.events('childRefused').map(({ code }) => code))).toEqual(new Set(['BUDGET_EXCEEDED']));
    d.complete('a');
    expect(d.events('childCanceled')).toHaveLength(LIMITS.children);
    expect(biggest(d)).toBeLessThan(MESSAGE);
  });

  it('what was stopped at work is taken to have cost what it was promised', () => {
    const steps = [
      { id: 'a', skill: 'x', forEach: '[1, 2, 3]', join: 'any' },
      { id: 'b', skill: 'x', after: ['a'], retry: once },
    ];
    const d = start({ budget: { cost: 3 }, steps }, { x: [offer('one', { cost: 1 })] });
    told(d, 'a-0', { cost: 1 });
    expect(d.events('taskCanceled').map(({ cost }) => cost)).toEqual([1, 1]);
    expect(d.commands('dispatch').map(({ taskId }) => taskId)).toEqual(['a-0', 'a-1', 'a-2']);
    expect(d.state.outcome).toMatchObject({ state: 'FAILED', cost: 3 });
  });

  it('what a pause stopped has cost its promise until it tells; then what it tells, once', () => {
    const d = start({ budget: { cost: 3 }, steps: [{ id: 'a', skill: 'x' }] }, { x: [offer('one', { cost: 2 })] });
    d.signal('pause', { data: { running: 'interrupt' } });
    expect(d.state).toMatchObject({ cost: 2, held: 0 });
    told(d, 'a', { cost: 0.5 });
    d.signal('resume');
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', cost: 0.5 });
    expect(snapshot(refold(d.log))).toBe(snapshot(d.state));
  });

  it('a signal that many wait for is stored once, not said with each of them', () => {
    const d = start({ steps: Array.from({ length: 8 }, (_, i) => ({ id: `w${i}`, wait: { signal: 'go' } })), output: '1' });
    const sha = new Set<string>();
    d.facts.stored = (sha256) => {
      sha.add(sha256);
      return { writer: 'coordinator', sha256, size: 200_000, chunks: 1, type: 'application/json' };
    };
    d.signal('notify', { data: { name: 'go', data: 'x'.repeat(200_000) } });
    expect(d.events('taskCompleted')).toHaveLength(8);
    expect(sha.size).toBe(1);
    expect(biggest(d)).toBeLessThan(MESSAGE / 2);
  });

  it('a signal with a name as long as a book is ignored', () => {
    const d = start({ steps: [{ id: 'a', skill: 'x' }] });
    d.signal('notify', { data: { name: 'g'.repeat(900_000) } });
    expect(d.events('signalIgnored').map(({ why }) => why)).toEqual(['NOT_READABLE']);
    expect(d.state.notes.size).toBe(0);
  });

  it('references to references to references end, as a value that is too large', () => {
    const blob = (level: number) => ({
      writer: 'one',
      sha256: String(level).repeat(64),
      size: 100_000,
      chunks: 1,
      type: 'application/json',
    });
    const d = start({
      steps: [
        { id: 'a', skill: 'x' },
        { id: 'b', skill: 'x', after: ['a'], when: 'size(steps.a.output) > 0' },
      ],
    });
    d.facts.value = ({ sha256 }) => {
      const level = Number(sha256[0]);
      return { value: Array.from({ length: 1000 }, () => (level === 4 ? 1 : { $blob: blob(level + 1) })) };
    };
    told(d, 'a', { output: { $blob: blob(1) } });
    expect(d.state.outcome?.errors?.map(({ code }) => code)).toEqual(['MESSAGE_TOO_LARGE']);
  });

  it('a change of what is taken over in part from the flow before is refused', () => {
    const before = start({
      output: '1',
      steps: [
        { id: 'a', skill: 'x', forEach: '[1, 2, 3, 4, 5, 6, 7, 8]' },
        { id: 'b', skill: 'x', after: ['a'] },
        { id: 'c', skill: 'x', after: ['b'], retry: once },
      ],
    });
    for (let i = 0; i < 8; i++) before.complete(`a-${i}`, 'y'.repeat(60_000));
    before.complete('b');
    before.fail('c', 'INTERNAL', false);
    const d = new Driver();
    d.agents = { '*': [offer('one')] };
    d.facts.resumed = before.state;
    const submit = { flowId: 'f2', tenant: 'default', owner: 'ann', messageId: 'm2', hop: 0, submission: { resumes: { flowId: 'f1' } } };
    const remove = { speaker: 'ann', operator: false, id: 's1', signal: 'modify' as const, data: { remove: ['b'] } };
    d.give(d.input('submit', submit), d.input('signal', remove));
    expect(d.events('signalRefused')).toHaveLength(1);
    d.complete('c');
    expect(d.state.outcome?.state).toBe('COMPLETED');
  });

  it('who decided is who signed in, whatever name the answer gives', () => {
    const d = start({
      steps: [{ id: 'a', decide: { question: 'May we?', options: ['yes', 'no'], ladder: [{ name: 'bob', after: '1h' }] } }],
    });
    const [id] = [...d.state.asks.keys()];
    d.give(d.input('answer', { who: 'bob', operator: false, id: id!, answer: { id: id!, option: 'yes', decidedBy: 'the chief' } }));
    expect(d.events('taskDecided').map(({ who, decision }) => [who, decision.decidedBy])).toEqual([['bob', 'the chief']]);
    const told = d.log.flatMap(({ events }) => events.map(sentenceOf)).find((each) => each.includes('the chief'));
    expect(told).toContain('the chief, signed in as bob, decided');
  });

  it('a list of sub-flows asks for no more of them than can get a share of the budget, and goes on as they get it', () => {
    const children = (d: Driver) => d.commands('submitChild');
    const reserve = (d: Driver, { childId, submission: { parent } }: ReturnType<typeof children>[number]) =>
      d.give(d.input('childReserve', { childId, agent: 'coordinator', ...parent, tasks: 1 }));
    const flow = { id: 'a', workflow: 'w', forEach: 'input', budget: { tasks: 1 } };
    const many = (budget: object) => {
      const d = new Driver();
      d.submit({ definition: { name: 'm', steps: [flow], budget }, input: Array.from({ length: 1000 }, (_, i) => i) });
      return d;
    };
    const poor = many({ tasks: 3 });
    expect(children(poor)).toHaveLength(3);
    for (const child of children(poor)) reserve(poor, child);
    expect(poor.state.outcome?.errors?.map(({ code }) => code)).toEqual(['BUDGET_EXCEEDED']);
    expect(children(poor)).toHaveLength(3);
    const rich = many({ tasks: 5000 });
    expect(children(rich)).toHaveLength(LIMITS.askedFor);
    for (let i = 0; i < 1000; i++) {
      const child = children(rich)[i]!;
      reserve(rich, child);
      rich.give(rich.input('childEnded', { childId: child.childId, state: 'COMPLETED', cost: 0, attempts: 1 }));
    }
    expect(rich.state.outcome?.state).toBe('COMPLETED');
  });

  it('a stranger that asks for a child by its id is refused, and stands in nobody’s way', () => {
    const d = start({ steps: [{ id: 'a', skill: 'x' }] });
    const { agent } = d.dispatched('a');
    const ask = { childId: `c-${'7'.repeat(40)}`, taskId: 'a', attempt: 1, tasks: 1 };
    d.give(d.input('childReserve', { ...ask, agent: 'mallory' }));
    expect(reservationOf(d.state, ask.childId)).toBeUndefined();
    d.give(d.input('childReserve', { ...ask, agent }));
    expect(reservationOf(d.state, ask.childId)).toMatchObject({ granted: true });
  });

  it('what is begun anew of a flow before runs no wider than the step says', () => {
    const steps = [
      { id: 'a', skill: 'x', forEach: 'input', maxParallel: 2, onFailure: 'continue', retry: once },
      { id: 'b', skill: 'x', after: ['a'], retry: once },
    ];
    const before = new Driver();
    before.agents = { '*': [offer('one')] };
    before.submit({ definition: { name: 'm', steps }, input: Array.from({ length: 20 }, (_, i) => i) });
    before.complete('a-0');
    for (let i = 1; i < 20; i++) before.fail(`a-${i}`, 'X', false);
    before.fail('b', 'X', false);
    const d = new Driver();
    d.agents = before.agents;
    d.facts.resumed = before.state;
    d.submit({ resumes: { flowId: 'f1' } }, { flowId: 'f2' });
    expect(d.commands('dispatch').map(({ taskId }) => taskId)).toEqual(['a-1', 'a-2']);
    for (let i = 1; i < 20; i++) d.complete(`a-${i}`);
    d.complete('b');
    expect(d.state.outcome?.state).toBe('COMPLETED');
  });

  it('nor has it more at work than the flow may have', () => {
    const steps = [
      { id: 'a', skill: 'x', forEach: 'input', onFailure: 'continue', retry: once },
      { id: 'b', skill: 'x', after: ['a'], retry: once },
    ];
    const before = new Driver();
    before.agents = { '*': [offer('one')] };
    before.submit({ definition: { name: 'm', maxParallelAgents: 2, steps }, input: Array.from({ length: 9 }, (_, i) => i) });
    before.complete('a-0');
    for (let i = 1; i < 9; i++) before.fail(`a-${i}`, 'X', false);
    before.fail('b', 'X', false);
    const d = new Driver();
    d.agents = before.agents;
    d.facts.resumed = before.state;
    d.submit({ resumes: { flowId: 'f1' } }, { flowId: 'f2' });
    const sent = () => d.commands('dispatch').map(({ taskId }) => taskId);
    expect(sent()).toEqual(['a-1', 'a-2']);
    d.complete('a-2');
    expect(sent()).toEqual(['a-1', 'a-2', 'a-3']);
    for (const i of [1, 3, 4, 5, 6, 7, 8]) d.complete(`a-${i}`);
    d.complete('b');
    expect(d.state.outcome?.state).toBe('COMPLETED');
  });

  it('and what fails before it is sent takes the place of nothing', () => {
    const steps = [
      { id: 'a', skill: 'x', forEach: 'input', input: '${{ 6 / item }}', maxParallel: 1, onFailure: 'continue', retry: once },
      { id: 'b', skill: 'x', after: ['a'], retry: once },
    ];
    const before = new Driver();
    before.agents = { '*': [offer('one')] };
    before.submit({ definition: { name: 'm', steps }, input: [0, 1, 2] });
    before.complete('a-1');
    before.fail('a-2', 'X', false);
    before.fail('b', 'X', false);
    const d = new Driver();
    d.agents = before.agents;
    d.facts.resumed = before.state;
    d.submit({ resumes: { flowId: 'f1' } }, { flowId: 'f2' });
    expect(d.commands('dispatch').map(({ taskId }) => taskId)).toEqual(['a-2']);
  });

  it('thousands that wait for money cost nothing while there is none', () => {
    const d = new Driver();
    d.agents = { '*': [offer('one', { cost: 1 })] };
    const input = Array.from({ length: 3000 }, (_, i) => i);
    d.submit({
      definition: { name: 'm', budget: { cost: 20, tasks: 5000 }, steps: [{ id: 'a', skill: 'x', forEach: 'input' }], output: '1' },
      input,
    });
    let looks = 0;
    const { directory } = d.facts;
    d.facts.directory = (skill) => {
      const found = directory(skill);
      return (
        found && {
          ...found,
          offers: found.offers.map((each) => new Proxy(each, { get: (target, key) => (looks++, Reflect.get(target, key)) })),
        }
      );
    };
    d.give(d.result(d.dispatched('a-0'), { cost: 0.5 }));
    expect(d.commands('dispatch')).toHaveLength(20);
    expect(looks).toBeLessThan(10_000);
    for (let i = 1; i < 10; i++) d.give(d.result(d.dispatched(`a-${i}`), { cost: 0.5 }));
    expect(d.commands('dispatch')).toHaveLength(25);
  });

  it.each([
    [50, 'in its message'],
    [61, 'by reference'],
  ])('an outcome can be read whatever it holds: %d levels travel %s', (levels) => {
    const d = new Driver();
    d.agents['*'] = [offer('worker')];
    const stored = new Map<string, string>();
    d.facts.stored = (sha256) =>
      stored.has(sha256) ? { writer: 'coordinator', sha256, size: 1, chunks: 1, type: 'application/json' } : undefined;
    d.submit({ definition: { name: 'deep', steps: [{ id: 'a', skill: 's', forEach: '[1]' }] } });
    const deep = (n: number): unknown => (n === 0 ? 1 : { in: deep(n - 1) });
    const result = d.result(d.dispatched('a-0'), { output: deep(levels) });
    const need = decide(d.state, [result], d.facts);
    for (const { sha256, json } of need.kind === 'need' ? need.store : []) stored.set(sha256, json);
    expect(stored.size).toBe(levels > 50 ? 1 : 0);
    d.give(result);
    const payload = d.state.outcome!;
    expect(payload.state).toBe('COMPLETED');
    expect(
      parseMessage(JSON.stringify({ type: MESSAGE_TYPES.outcome, payload }), { tenant: 't', from: 'c', createdAt: new Date() }).problems,
    ).toBeUndefined();
  });

  it('no output has a field that no reader takes', () => {
    const d = new Driver();
    d.submit({ definition: { name: 'm', steps: [{ id: '__proto__', skill: 's' }] } });
    expect(d.state.outcome!.errors).toMatchObject([{ code: 'INVALID_DEFINITION', path: 'payload.definition.steps[0].id' }]);
    const e = new Driver();
    e.agents['*'] = [offer('worker')];
    e.submit({ definition: { name: 'm', steps: [{ id: 'a', skill: 's', input: '${{ {"__proto__": 1} }}' }] } });
    expect(e.state.outcome!.errors).toMatchObject([{ code: 'EXPRESSION_FAILED', path: 'steps.a' }]);
  });
});
