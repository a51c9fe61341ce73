import { Driver, offer } from '../testing/driver.js';

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
