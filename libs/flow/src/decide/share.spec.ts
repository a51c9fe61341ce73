import { parseDefinition } from '../definition/parse-definition.js';
import { explain } from '../state/explain.js';
import { Driver, offer } from '../testing/driver.js';

const run = (steps: object[], input: unknown = {}): Driver => {
  const d = new Driver();
  d.agents['*'] = [offer('one')];
  d.submit({ definition: { name: 'p', steps }, input });
  return d;
};
const tell = (d: Driver, data: object, speaker = 'sessions') =>
  d.signal('notify', { speaker, operator: false, data: { name: 'shared', data } });
const granted = (taskId: string, key: string) => ({ taskId, kind: 'resource', key, state: 'granted' });
const sent = (d: Driver): string[] => d.commands('dispatch').map(({ taskId, attempt }) => `${taskId} ${attempt}`);
const uses = [{ resource: 'db', slots: 2 }, { resource: 'cluster' }];

describe('a step that uses what is shared', () => {
  it('asks for one after the other, in the order of their names, and is given to an agent when it has all', () => {
    const d = run([{ id: 'a', skill: 's', uses, priority: 'high' }]);
    expect(d.commands('share').map(({ share }) => share)).toEqual([{ kind: 'resource', key: 'cluster', slots: 1, priority: 'high' }]);
    expect([sent(d), explain(d.state)]).toEqual([[], [expect.stringContaining('a waits for its turn at cluster')]]);
    tell(d, granted('a', 'cluster'));
    expect(d.commands('share').at(-1)!.share).toEqual({ kind: 'resource', key: 'db', slots: 2, priority: 'high' });
    expect(sent(d)).toEqual([]);
    tell(d, granted('a', 'db'));
    expect(sent(d)).toEqual(['a 1']);
    d.complete('a', 1);
    expect(d.commands('unshare')).toEqual([{ type: 'unshare', taskId: 'a', resources: ['cluster', 'db'] }]);
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED' });
  });

  it('keeps it between attempts, and gives it back when it has failed', () => {
    const d = run([{ id: 'a', skill: 's', uses: [{ resource: 'db' }], retry: { attempts: 2, initial: '1s' } }]);
    tell(d, granted('a', 'db'));
    d.fail('a');
    d.fire();
    expect([sent(d), d.commands('share').length, d.commands('unshare')]).toEqual([['a 1', 'a 2'], 1, []]);
    d.fail('a');
    expect(d.commands('unshare')).toHaveLength(1);
  });

  it('has a turn for each task of a list, and leaves the line when it is canceled', () => {
    const d = run([{ id: 'a', skill: 's', uses: [{ resource: 'db' }], forEach: '[1, 2]', input: '${{ item }}' }]);
    expect(d.commands('share').map(({ taskId }) => taskId)).toEqual(['a-0', 'a-1']);
    tell(d, granted('a-1', 'db'));
    expect(sent(d)).toEqual(['a-1 1']);
    d.signal('cancel');
    expect(d.commands('unshare').map(({ taskId, resources }) => [taskId, resources])).toEqual([
      ['a-0', ['db']],
      ['a-1', ['db']],
    ]);
  });

  it('takes the word of the service alone, once, and fails with what it says', () => {
    const d = run([{ id: 'a', skill: 's', uses: [{ resource: 'db' }] }]);
    tell(d, granted('a', 'db'), 'ann');
    tell(d, granted('b', 'db'));
    tell(d, granted('a', 'other'));
    expect(sent(d)).toEqual([]);
    tell(d, { ...granted('a', 'db'), state: 'refused', code: 'INVALID_MESSAGE', message: 'db has 1 slot' });
    tell(d, granted('a', 'db'));
    expect([sent(d), d.state.outcome?.errors?.[0]]).toEqual([
      [],
      expect.objectContaining({ code: 'INVALID_MESSAGE', message: 'db has 1 slot' }),
    ]);
  });

  it('goes on only when the flow does', () => {
    const d = run([{ id: 'a', skill: 's', uses: [{ resource: 'db' }] }]);
    d.signal('pause');
    tell(d, granted('a', 'db'));
    expect(sent(d)).toEqual([]);
    d.signal('resume');
    expect(sent(d)).toEqual(['a 1']);
  });
});

describe('a step that comes to a sync point', () => {
  const sync = { id: 'a', sync: { point: 'ready', session: '${{ input.release }}', expect: 2 }, timeout: '5m' };

  it('waits for the others, and its output is who came', () => {
    const d = run([sync, { id: 'b', skill: 's', needs: ['a'] }], { release: 'r42' });
    expect(d.commands('share').map(({ share }) => share)).toEqual([
      { kind: 'sync', key: 'ready', session: 'r42', expect: 2, timeout: 300_000 },
    ]);
    tell(d, { taskId: 'a', kind: 'sync', key: 'ready', state: 'complete', arrived: ['ada', 'coordinator/f1/a'] });
    d.complete('b');
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', output: { a: { arrived: ['ada', 'coordinator/f1/a'] } } });
  });

  it('fails when not all came in time, or its session has no name', () => {
    const d = run([sync], { release: 'r42' });
    tell(d, { taskId: 'a', kind: 'sync', key: 'ready', state: 'timed-out', code: 'SYNC_TIMED_OUT', message: 'ready ended without ben' });
    expect(d.state.outcome?.errors?.[0]).toMatchObject({ code: 'SYNC_TIMED_OUT' });
    expect(run([sync], { release: 'no name' }).state.outcome?.errors?.[0]).toMatchObject({ code: 'EXPRESSION_FAILED' });
  });
});

it.each([
  [{ id: 'a', skill: 's', uses: [{ resource: 'db', slots: 0 }] }, 'slots'],
  [{ id: 'a', skill: 's', uses: [{ resource: 'db' }, { resource: 'db' }] }, 'uses'],
  [{ id: 'a', skill: 's', uses: [] }, 'uses'],
  [{ id: 'a', wait: { for: '1s' }, uses: [{ resource: 'db' }] }, 'uses'],
  [{ id: 'a', sync: { point: 'p' } }, 'expect'],
  [{ id: 'a', sync: { point: 'p q', expect: 1 } }, 'point'],
  [{ id: 'a', sync: { point: 'p', expect: 1 }, forEach: '[1]' }, 'forEach'],
])('a definition is refused for %j, with the place', (step, field) => {
  const parsed = parseDefinition({ name: 'p', steps: [step] });
  expect(JSON.stringify(parsed)).toContain(field);
  expect('definition' in parsed && parsed.definition !== undefined).toBe(false);
});
