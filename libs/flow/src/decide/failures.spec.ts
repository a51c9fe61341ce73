import { parseDefinition } from '../definition/parse-definition.js';
import { fold } from '../state/fold.js';
import { emptyState } from '../state/state.js';
import { explain } from '../state/explain.js';
import { reservationOf } from './children.js';
import { Driver, offer } from '../testing/driver.js';

const run = (steps: object[], more: { input?: unknown; output?: unknown; agents?: string[] } = {}): Driver => {
  const d = new Driver();
  d.agents['*'] = (more.agents ?? ['one']).map((name) => offer(name));
  d.submit({ definition: { name: 'p', steps, ...(more.output === undefined ? {} : { output: more.output }) }, input: more.input ?? {} });
  return d;
};

const ended = (d: Driver) => d.state.outcome;
const codes = (d: Driver) => ended(d)?.errors?.map(({ code }) => code);

describe('undoing what was done', () => {
  const undo = (id: string, more: object = {}) => ({ id, skill: 's', compensate: { skill: `undo.${id}` }, ...more });
  const steps = [
    undo('book'),
    undo('pay', {
      needs: ['book'],
      forEach: '[1, 2]',
      compensate: { skill: 'refund', input: { of: '${{ output.id }}', was: '${{ item }}' } },
    }),
    { id: 'ship', skill: 's', needs: ['pay'], retry: { attempts: 1 } },
  ];
  const start = (more: object = {}): Driver => {
    const d = new Driver();
    d.agents['*'] = [offer('one')];
    d.submit({ definition: { name: 'saga', steps, ...more } });
    d.complete('book', 'room');
    d.complete('pay-1', { id: 'b' });
    d.complete('pay-0', { id: 'a' });
    return d;
  };
  const rollback = (d: Driver) => d.commands('submitChild').at(-1)!;
  const end = (d: Driver, more: object) =>
    d.give(d.input('childEnded', { childId: rollback(d).childId, state: 'COMPLETED', cost: 3, attempts: 3, ...more }));

  it('in the reverse order of its end, as a flow of its own, before the outcome is said', () => {
    const d = start();
    d.fail('ship');
    expect(ended(d)).toBeUndefined();
    expect(explain(d.state)[0]).toMatch(/^it has failed, and what was done is undone by the flow c-/);
    const { childId, submission } = rollback(d);
    expect(submission).toMatchObject({
      input: {
        pay: [
          { of: 'a', was: 1 },
          { of: 'b', was: 2 },
        ],
        book: ['room'],
      },
      parent: { flowId: 'f1', taskId: 'rollback', attempt: 1 },
    });
    const parsed = parseDefinition(submission.definition);
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    expect(parsed.definition.steps).toMatchObject([
      { id: 'undo-0', skill: 'refund', maxParallel: 1, retry: { attempts: 10 } },
      { id: 'undo-1', skill: 'undo.book', after: ['undo-0'] },
    ]);
    d.give(d.input('childReserve', { childId, agent: 'coordinator', taskId: 'rollback', attempt: 1, tasks: 99 }));
    expect(reservationOf(d.state, childId)).toMatchObject({ granted: true, tasks: 100_000 });
    end(d, { output: { book: 'COMPLETED', pay: 'COMPLETED' } });
    expect(ended(d)).toMatchObject({ state: 'FAILED', errors: [{ code: 'INTERNAL', path: 'steps.ship' }], cost: 3 });
    end(d, {});
    expect(d.commands('outcome')).toHaveLength(1);
    expect(d.log.reduce(fold, emptyState())).toEqual(d.state);
  });

  it('says what could not be undone', () => {
    const d = start();
    d.fail('ship');
    end(d, { output: { book: 'COMPLETED', pay: 'FAILED' } });
    expect(ended(d)!.errors).toMatchObject([{ code: 'INTERNAL' }, { code: 'COMPENSATION_FAILED', path: 'steps.pay.compensate' }]);
    const lost = start();
    lost.fail('ship');
    end(lost, { state: 'REJECTED', errors: [{ code: 'INVALID_DEFINITION', message: 'no' }] });
    expect(codes(lost)).toEqual(['INTERNAL', 'COMPENSATION_FAILED', 'COMPENSATION_FAILED']);
    const late = start({ rollbackTime: '10m' });
    late.fail('ship');
    late.fire();
    late.fire();
    expect(codes(late)).toEqual(['INTERNAL', 'COMPENSATION_FAILED', 'COMPENSATION_FAILED']);
    expect(late.commands('cancelChild')).toHaveLength(1);
  });

  it('not where it succeeds, nor is told not to; of a canceled flow only where it is told to', () => {
    const d = start();
    d.complete('ship');
    expect(ended(d)).toMatchObject({ state: 'COMPLETED' });
    const off = start({ rollbackOnFailure: false });
    off.fail('ship');
    expect(ended(off)).toMatchObject({ state: 'FAILED' });
    const canceled = start();
    canceled.signal('cancel');
    expect(ended(canceled)).toMatchObject({ state: 'CANCELED' });
    const both = start({ rollbackOnCancel: true });
    both.signal('cancel');
    expect(ended(both)).toBeUndefined();
    both.signal('cancel');
    end(both, { output: { book: 'COMPLETED', pay: 'COMPLETED' } });
    expect(ended(both)).toMatchObject({ state: 'CANCELED', errors: [{ code: 'CANCELED' }] });
  });

  it('what an agent gave is data to it, never an expression', () => {
    const d = new Driver();
    d.agents['*'] = [offer('one')];
    d.submit({ definition: { name: 'saga', steps: [undo('a'), { id: 'b', check: 'steps.a.output == null' }] } });
    d.complete('a', '${{ input.secret }}');
    const { definition, input } = rollback(d).submission;
    expect(input).toEqual({ a: ['${{ input.secret }}'] });
    expect(JSON.stringify(definition)).not.toContain('secret');
  });

  it('says so where what would undo it nests too deep to travel, and ends all the same', () => {
    const deep = (n: number): unknown => (n === 0 ? 1 : { in: deep(n - 1) });
    const d = new Driver();
    d.agents['*'] = [offer('one')];
    const compensate = { skill: 'undo', input: { a: { b: { c: { d: '${{ output }}' } } } } };
    d.submit({ definition: { name: 'saga', steps: [undo('a', { compensate }), { id: 'b', check: 'steps.a.output == null' }] } });
    d.complete('a', deep(62));
    expect(ended(d)).toMatchObject({ state: 'FAILED' });
    expect(codes(d)).toEqual(['CHECK_FAILED', 'COMPENSATION_FAILED']);
  });
});

describe('what is done about failures', () => {
  const one = (onError: object[], more: object = {}) =>
    run([{ id: 'a', skill: 's', onError, retry: { attempts: 2, initial: 0, jitter: 0 }, ...more }]);

  it('retry: also what would not be', () => {
    const d = one([{ codes: ['ODD'], do: 'retry' }]);
    d.fail('a', 'ODD', false);
    expect(d.dispatched('a').attempt).toBe(2);
    d.fail('a', 'ODD', false);
    expect(codes(d)).toEqual(['ODD']);
  });

  it('fail: at once; skip: the flow goes on without it', () => {
    const d = one([{ codes: ['INTERNAL'], do: 'fail' }]);
    d.fail('a');
    expect(codes(d)).toEqual(['INTERNAL']);
    const skip = one([{ codes: ['NONE', 'ODD'], do: 'skip' }]);
    skip.fail('a', 'ODD', false);
    expect(ended(skip)).toMatchObject({ state: 'COMPLETED', output: { a: null }, tasks: { failed: 1 } });
    const other = one([{ codes: ['ODD'], do: 'skip' }]);
    other.fail('a', 'EVEN', false);
    expect(codes(other)).toEqual(['EVEN']);
  });

  it('run: once, after the retries, as a sub-flow whose output takes its place', () => {
    const d = one([{ run: { skill: 'repair.it', input: { what: '${{ error.code }}' } } }]);
    d.fail('a');
    d.fail('a');
    const { childId, submission } = d.commands('submitChild')[0]!;
    expect(submission).toMatchObject({ skill: 'repair.it', input: { what: 'INTERNAL' }, parent: { taskId: 'a', attempt: 3 } });
    d.give(d.input('childReserve', { childId, agent: 'coordinator', taskId: 'a', attempt: 3, tasks: 3 }));
    d.give(d.input('childEnded', { childId, state: 'COMPLETED', cost: 0, attempts: 1, output: 'mended' }));
    expect(ended(d)).toMatchObject({ state: 'COMPLETED', output: { a: 'mended' } });

    const lost = one([{ run: { skill: 'repair.it' } }]);
    lost.fail('a', 'ODD', false);
    const again = lost.commands('submitChild')[0]!;
    lost.give(lost.input('childReserve', { childId: again.childId, agent: 'coordinator', taskId: 'a', attempt: 2, tasks: 3 }));
    lost.give(
      lost.input('childEnded', {
        childId: again.childId,
        state: 'FAILED',
        cost: 0,
        attempts: 1,
        errors: [{ code: 'WORSE', message: 'x' }],
      }),
    );
    expect(codes(lost)).toEqual(['WORSE']);
    expect(lost.commands('submitChild')).toHaveLength(1);
  });

  it('run: also for what nobody offers, and for what never came', () => {
    const d = run([{ id: 'a', skill: 's', timeout: '1m', onError: [{ codes: ['NO_AGENT'], run: { skill: 'other' } }] }], { agents: [] });
    d.fire();
    expect(d.commands('submitChild')).toHaveLength(1);
    expect(d.commands('unwait')).toHaveLength(1);
    const w = run([{ id: 'w', wait: { signal: 'go' }, timeout: '1m', onError: [{ codes: ['WAIT_TIMEOUT'], do: 'skip' }] }]);
    w.fire();
    expect(ended(w)).toMatchObject({ state: 'COMPLETED' });
  });

  it.each<[string, unknown, object]>([
    ['retry', 'again', { state: 'COMPLETED', output: { a: 'again' } }],
    ['skip', null, { state: 'COMPLETED', output: { a: null } }],
    ['fail', null, { state: 'FAILED', errors: [{ code: 'ODD' }] }],
  ])('escalate: people say %s', (option, output, outcome) => {
    const d = one([{ codes: ['ODD'], do: 'escalate', ladder: [{ who: 'human', after: '1m' }], default: 'fail', timeout: '1h' }]);
    d.fail('a', 'ODD', false);
    const { childId, submission } = d.commands('submitChild')[0]!;
    expect('definition' in (parseDefinition(submission.definition) as object)).toBe(true);
    expect(submission).toMatchObject({
      input: { task: 'a', error: { code: 'ODD' } },
      definition: { steps: [{ decide: { default: 'fail' } }] },
    });
    d.give(d.input('childReserve', { childId, agent: 'coordinator', taskId: 'a', attempt: 2, tasks: 1 }));
    d.give(d.input('childEnded', { childId, state: 'COMPLETED', cost: 0, attempts: 0, output: option }));
    if (option === 'retry') d.complete('a', output);
    expect(ended(d)).toMatchObject(outcome);
    expect(d.log.reduce(fold, emptyState())).toEqual(d.state);
  });

  it.each<[string, object, string]>([
    ['neither do nor run', { onError: [{ codes: ['X'] }] }, 'steps[0].onError[0].do'],
    ['nothing to run', { onError: [{ run: {} }] }, 'steps[0].onError[0].run.skill'],
    ['error elsewhere', { input: '${{ error.code }}' }, 'steps[0].input'],
    ['compensation of two kinds', { compensate: { skill: 'a', workflow: 'b' } }, 'steps[0].compensate.skill'],
    ['a compensation that reads a stranger', { compensate: { skill: 'a', input: '${{ steps.x.output }}' } }, 'steps[0].compensate'],
  ])('refuses %s', (_name, more, path) => {
    const parsed = parseDefinition({ name: 'x', steps: [{ id: 'a', skill: 's', ...more }] });
    expect('problems' in parsed && parsed.problems.map((each) => each.path)).toContain(path);
  });
});
