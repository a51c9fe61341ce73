import { fold } from '../state/fold.js';
import { emptyState } from '../state/state.js';
import { Driver, offer } from '../testing/driver.js';

const started = (steps: object[]): Driver => {
  const d = new Driver();
  d.agents = { '*': [offer('one'), offer('two')] };
  d.submit({ definition: { name: 'test', steps } });
  return d;
};

const refolds = (d: Driver): void => {
  expect(d.log.reduce(fold, emptyState())).toEqual(d.state);
};

describe('a flow that goes on from another', () => {
  const steps = [
    { id: 'list', skill: 's.list' },
    { id: 'each', skill: 's.each', forEach: 'steps.list.output', retry: { attempts: 1 }, input: '${{ item }}' },
    { id: 'side', skill: 's.side', needs: ['list'] },
    { id: 'end', skill: 's.end', needs: ['each', 'side'] },
  ];

  const failed = (): Driver => {
    const d = started(steps);
    d.complete('list', ['a', 'b', 'c']);
    d.complete('side', 'kept');
    d.complete('each-0', 'A');
    d.complete('each-2', 'C');
    d.fail('each-1');
    expect(d.state.outcome?.state).toBe('FAILED');
    return d;
  };

  const resumed = (before: Driver, n = before.state.n): Driver => {
    const d = new Driver();
    d.agents = { '*': [offer('one')] };
    d.facts.resumed = before.log.slice(0, n).reduce(fold, emptyState());
    d.submit({ resumes: { flowId: 'f1' } }, { flowId: 'f2' });
    return d;
  };

  it('keeps what was completed, and does only the rest', () => {
    const d = resumed(failed());
    expect(d.events('taskRestored').map(({ taskId }) => taskId)).toEqual(['list', 'each-0', 'each-2', 'side']);
    expect(d.commands('dispatch').map(({ taskId, input }) => [taskId, input])).toEqual([['each-1', 'b']]);
    d.complete('each-1', 'B');
    d.complete('end', 'all');
    expect(d.state.outcome).toMatchObject({
      state: 'COMPLETED',
      output: { each: ['A', 'B', 'C'], side: 'kept', end: 'all' },
      tasks: { attempts: 2 },
    });
    refolds(d);
  });

  it.each([
    ['was undone does again, and what was worked out of it', {}, ['side'], ['book', 'card']],
    ['could not be undone keeps', { output: { book: 'FAILED', card: 'COMPLETED' } }, ['book', 'side'], ['card']],
    ['is not known to be undone keeps', { state: 'FAILED' as const }, ['book', 'card', 'side'], []],
  ])('what %s', (...[, ended, kept, again]) => {
    const undo = { compensate: { skill: 's.undo' } };
    const before = started([
      { id: 'book', skill: 's.book', ...undo },
      { id: 'card', skill: 's.card', needs: ['book'], ...undo },
      { id: 'side', skill: 's.side' },
      { id: 'end', skill: 's.end', needs: ['card'], after: ['side'], retry: { attempts: 1 } },
    ]);
    for (const id of ['book', 'card', 'side']) before.complete(id, id);
    before.fail('end');
    const { childId } = before.commands('submitChild').at(-1)!;
    before.give(
      before.input('childEnded', {
        childId,
        state: 'COMPLETED',
        cost: 0,
        attempts: 2,
        output: { book: 'COMPLETED', card: 'COMPLETED' },
        ...ended,
      }),
    );
    expect(before.state.outcome?.state).toBe('FAILED');
    const d = resumed(before);
    expect(d.events('taskRestored').map(({ taskId }) => taskId)).toEqual(kept);
    for (const id of again) d.complete(id, id);
    d.complete('end');
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', tasks: { attempts: again.length + 1 } });
    refolds(d);
  });

  it('goes on from before a step was added that was undone since', () => {
    const before = failed();
    const d = new Driver();
    d.agents = { '*': [offer('one')] };
    d.facts.resumed = before.log.slice(0, 2).reduce(fold, emptyState());
    d.facts.resumed.rollback = { childId: 'c', steps: ['added', 'list'], due: 0, problems: [], status: 'ended' };
    d.submit({ resumes: { flowId: 'f1' } }, { flowId: 'f2' });
    expect(d.events('taskRestored')).toEqual([]);
    expect(d.dispatched('list').attempt).toBe(1);
  });

  it('goes on from any state there was', () => {
    const d = resumed(failed(), 2);
    expect(d.events('taskRestored').map(({ taskId }) => taskId)).toEqual(['list']);
    expect(
      d
        .commands('dispatch')
        .map(({ taskId }) => taskId)
        .sort(),
    ).toEqual(['each-0', 'each-1', 'each-2', 'side']);
  });

  it('takes over a great deal in several transitions, and begins nothing before', () => {
    const many = started([
      steps[0]!,
      { id: 'each', skill: 's.each', forEach: 'steps.list.output', maxParallel: 1000, retry: { attempts: 1 } },
    ]);
    many.complete(
      'list',
      Array.from({ length: 900 }, (_, i) => i),
    );
    for (let i = 0; i < 899; i++) many.complete(`each-${i}`, 'x'.repeat(1000));
    many.fail('each-899');
    const d = resumed(many);
    expect(d.log.length).toBeGreaterThan(2);
    expect(d.commands('dispatch').map(({ taskId }) => taskId)).toEqual(['each-899']);
    d.complete('each-899');
    expect(d.state.steps[1]).toMatchObject({ status: 'completed', completed: 900 });
    refolds(d);
  });

  it('is refused where the other is not known, and fails where it is gone meanwhile', () => {
    const d = new Driver();
    d.submit({ resumes: { flowId: 'f1' } });
    expect(d.state.outcome).toMatchObject({ state: 'REJECTED', errors: [{ code: 'FLOW_UNKNOWN' }] });
  });
});
