import { Driver, offer } from '../testing/driver.js';

const start = (definition: object, agents: Record<string, ReturnType<typeof offer>[]>): Driver => {
  const d = new Driver();
  d.agents = agents;
  d.submit({ definition: { name: 'm', ...definition } });
  return d;
};
const sent = (d: Driver) => d.commands('dispatch').map(({ taskId }) => taskId);
const done = (d: Driver, taskId: string, cost: number) => d.give(d.result(d.dispatched(taskId), { cost }));
const codes = (d: Driver) => d.state.outcome?.errors?.map(({ code }) => code);
const each = { id: 'a', skill: 's', forEach: '[1, 2, 3, 4]' };

describe('a budget of money', () => {
  it('is promised before it is spent: what does not fit waits for what others do not spend', () => {
    const d = start({ budget: { cost: 1 }, steps: [each] }, { s: [offer('one', { cost: 0.5 })] });
    expect(sent(d)).toEqual(['a-0', 'a-1']);
    expect(d.state.held).toBe(1);
    expect(d.events('taskWaiting').map(({ reason }) => reason)).toEqual(['BUDGET', 'BUDGET']);
    done(d, 'a-0', 0.1);
    expect(sent(d)).toEqual(['a-0', 'a-1']);
    done(d, 'a-1', 0.1);
    expect(sent(d)).toEqual(['a-0', 'a-1', 'a-2']);
    done(d, 'a-2', 0.1);
    done(d, 'a-3', 0.1);
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', cost: 0.4 });
  });

  it('that is spent ends the flow; an attempt that never told is taken for what was promised', () => {
    const d = start({ budget: { cost: 1 }, steps: [{ ...each, maxParallel: 1 }] }, { s: [offer('one', { cost: 0.5 })] });
    done(d, 'a-0', 0.6);
    expect(codes(d)).toEqual(['BUDGET_EXCEEDED']);
    const late = start(
      { budget: { cost: 1 }, steps: [{ id: 'a', skill: 's', timeout: '1m', retry: { attempts: 5 } }] },
      { s: [offer('one', { cost: 0.5 })] },
    );
    for (let fires = 0; fires < 10 && !late.state.outcome; fires++) late.fire();
    expect(codes(late)).toEqual(['BUDGET_EXCEEDED']);
    expect(late.state.cost).toBe(1);
    expect(late.commands('dispatch')).toHaveLength(2);
  });

  it('leads to who can be paid', () => {
    const d = start(
      { budget: { cost: 1 }, steps: [each] },
      { s: [offer('dear', { cost: 5, successRate: 1 }), offer('cheap', { cost: 0.1, successRate: 0.5 })] },
    );
    expect(new Set(d.commands('dispatch').map(({ agent }) => agent))).toEqual(new Set(['cheap']));
  });

  it('is shared with sub-flows, and comes back from them', () => {
    const d = start({ budget: { cost: 1 }, steps: [{ id: 'sub', workflow: 'w', forEach: '[1, 2]' }] }, {});
    const children = d.commands('submitChild');
    for (const { childId, submission } of children)
      d.give(d.input('childReserve', { childId, agent: 'coordinator', taskId: submission.parent.taskId, attempt: 1, tasks: 5 }));
    const granted = d.events('childReserved').map(({ cost }) => cost!);
    expect(granted[0]! + granted[1]!).toBeLessThanOrEqual(1);
    expect(Math.min(...granted)).toBeGreaterThan(0.3);
    d.give(d.input('childEnded', { childId: children[0]!.childId, state: 'COMPLETED', cost: 0.2, attempts: 1 }));
    expect(d.state.held).toBeCloseTo(granted[1]!);
    expect(d.state.cost).toBe(0.2);
  });
});

describe('who begins first', () => {
  const steps = [
    { id: 'short', skill: 's' },
    { id: 'head', skill: 's' },
    { id: 'middle', skill: 's', needs: ['head'] },
    { id: 'tail', skill: 's', needs: ['middle'] },
  ];

  it('the longest way, where not all may be at work at once', () => {
    const d = start({ maxParallelAgents: 1, steps }, { s: [offer('one')] });
    expect(sent(d)).toEqual(['head']);
    d.complete('head');
    expect(sent(d)).toEqual(['head', 'middle']);
    d.complete('middle');
    d.complete(sent(d).at(-1)!);
    d.complete(sent(d).at(-1)!);
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', summary: { agents: 1, successRate: 1, failureRate: 0 } });
  });

  it('by what the steps are expected to take', () => {
    const expected = steps.map((step) => (step.id === 'short' ? { ...step, estimate: '1h' } : step));
    expect(sent(start({ maxParallelAgents: 1, steps: expected }, { s: [offer('one')] }))).toEqual(['short']);
    const d = start(
      {
        optimize: 'time',
        steps: [
          { id: 'a', skill: 'quick' },
          { id: 'b', skill: 'slow' },
        ],
      },
      { quick: [offer('q', { meanMs: 10 })], slow: [offer('s', { meanMs: 9_000 })] },
    );
    expect(sent(d)).toEqual(['b', 'a']);
  });

  it('bounds lists and sub-flows too, and waits for no people', () => {
    const d = start(
      {
        maxParallelAgents: 2,
        steps: [
          { ...each, forEach: '[1, 2, 3]' },
          { id: 'sub', workflow: 'w' },
          { id: 'w', wait: { signal: 'go' } },
        ],
      },
      { s: [offer('one')] },
    );
    const atWork = () => sent(d).length + d.commands('submitChild').length;
    expect(atWork()).toBe(2);
    expect(d.events('taskAwaiting')).toHaveLength(1);
    d.complete('a-0');
    expect(atWork()).toBe(3);
    d.complete('a-1');
    expect(atWork()).toBe(4);
    expect(d.state.live.size).toBe(3);
  });

  it('asks another agent for each voice, where it can', () => {
    const d = start(
      { steps: [{ id: 'a', skill: 's', forEach: '[1, 2, 3]', join: { consensus: 1 } }] },
      { s: [offer('x'), offer('y'), offer('z')] },
    );
    expect(
      d
        .commands('dispatch')
        .map(({ agent }) => agent)
        .sort(),
    ).toEqual(['x', 'y', 'z']);
  });
});
