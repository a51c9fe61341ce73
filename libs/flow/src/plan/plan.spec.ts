import { parseDefinition } from '../definition/parse-definition.js';
import { offer } from '../testing/driver.js';
import { planOf } from './plan.js';

const definition = (steps: object[]) => {
  const parsed = parseDefinition({ name: 'test', steps });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
};

const OFFERS: Record<string, ReturnType<typeof offer>[]> = {
  's.a': [offer('slow', { meanMs: 900, successRate: 0.5 }), offer('fast', { meanMs: 100, cost: 2 })],
  's.b': [offer('bee', { meanMs: 400, cost: 1 })],
};
const facts = { offers: (skill: string) => OFFERS[skill] ?? [], frozen: (skill: string) => skill === 's.b' };

describe('a plan', () => {
  it('names who would take each step, the longest way, time and cost', () => {
    const plan = planOf(
      definition([
        { id: 'end', skill: 's.a', needs: ['long', 'short'] },
        { id: 'short', skill: 's.a' },
        { id: 'long', skill: 's.b', needs: ['short'], forEach: '[1, 2]' },
      ]),
      facts,
    );
    expect(plan.steps.map(({ id, agent, begins, takes, critical }) => [id, agent, begins, takes, critical])).toEqual([
      ['short', 'fast', 0, 100, true],
      ['long', 'bee', 100, 400, true],
      ['end', 'fast', 500, 100, true],
    ]);
    expect(plan).toMatchObject({ criticalPath: ['short', 'long', 'end'], expectedTime: 600, expectedCost: 5 });
    expect(plan.steps[1]).toMatchObject({ waits: 'FROZEN', many: true, basis: 'measured' });
    expect(plan.steps[0]!.agents).toEqual(['fast', 'slow']);
  });

  it('says what it does not know, and what would wait', () => {
    const plan = planOf(
      definition([
        { id: 'none', skill: 's.none' },
        { id: 'ask', decide: { question: 'Go?', options: ['yes'] }, when: 'true' },
        { id: 'wait', wait: { for: '2s' } },
        { id: 'inner', flow: { steps: [{ id: 'x', skill: 's.b' }] }, needs: ['wait'] },
      ]),
      facts,
    );
    expect(plan.steps.map(({ id, waits, basis }) => [id, waits, basis])).toEqual([
      ['none', 'NO_AGENT', 'unknown'],
      ['ask', 'DECISION', 'unknown'],
      ['wait', undefined, 'estimated'],
      ['inner', undefined, 'measured'],
    ]);
    expect(plan).toMatchObject({ criticalPath: ['wait', 'inner'], expectedTime: 2400, expectedCost: 1 });
  });
});
