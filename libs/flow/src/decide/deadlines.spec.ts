import { fold } from '../state/fold.js';
import { emptyState } from '../state/state.js';
import { unanswered } from '../state/timed-out.js';
import { Driver, offer } from '../testing/driver.js';

const ended = (d: Driver) => d.state.outcome;

describe('what was stored before a deadline, though it is heard together with it', () => {
  it.each([
    ['of all', { completed: 3 }, {}],
    ['of any', { completed: 1 }, { join: 'any' }],
    ['of a quorum', { completed: 2 }, { join: { quorum: 2 } }],
  ])('counts for a join %s, at the end of a time box', (_what, { completed }, join) => {
    const list = { id: 'list', skill: 'work', forEach: '${{ input.items }}', ...join };
    const phase = { id: 'one', timeout: '1m', gate: 'steps.list.state == "COMPLETED"', steps: [list] };
    const d = new Driver();
    d.agents['*'] = [offer('one', { timeout: 10 * 60_000 })];
    d.submit({ definition: { name: 'p', phases: [phase] }, input: { items: [1, 2, 3] } });
    const stored = Array.from({ length: completed }, (_, n) => d.result(d.dispatched(`list-${n}`)));
    d.give(d.input('timer', { n: d.state.armed!.n }), ...stored);
    expect(ended(d)).toMatchObject({ state: 'COMPLETED', tasks: { completed, canceled: 3 - completed } });
    expect(d.log.reduce(fold, emptyState())).toEqual(d.state);
  });

  it('is looked for where people were asked', () => {
    const d = new Driver();
    d.agents['*'] = [offer('one')];
    const ask = { id: 'ask', decide: { question: 'go?', options: ['yes', 'no'], default: 'no' }, timeout: '1h' };
    d.submit({ definition: { name: 'p', phases: [{ id: 'one', timeout: '1m', steps: [ask] }] }, input: {} });
    expect(d.state.asks.size).toBe(1);
    const { at } = d.state.armed!;
    expect(unanswered(d.state, at - 1)).toEqual([]);
    expect(unanswered(d.state, at)).toEqual([...d.state.asks.keys()]);
  });

  it('counts for the whole flow, and nothing begins then', () => {
    const at = (steps: object[]) => {
      const d = new Driver();
      d.agents['*'] = [offer('one', { timeout: 10 * 60_000 })];
      d.submit({ definition: { name: 'f', budget: { time: '1m' }, steps }, input: {} });
      d.give(d.input('timer', { n: d.state.armed!.n }), d.result(d.dispatched('a')));
      return d;
    };
    expect(ended(at([{ id: 'a', skill: 'work' }]))).toMatchObject({ state: 'COMPLETED', tasks: { completed: 1 } });
    for (const next of [{ skill: 'work' }, { wait: { for: '1s' } }, { skill: 'work', repeat: { maxIterations: 2 } }]) {
      const d = at([
        { id: 'a', skill: 'work' },
        { id: 'b', needs: ['a'], ...next },
      ]);
      expect(ended(d)).toMatchObject({ state: 'FAILED', errors: [{ code: 'FLOW_TIMEOUT' }], tasks: { completed: 1, attempts: 1 } });
      expect(d.commands('dispatch')).toHaveLength(1);
    }
  });
});
