import { cel, flow, type } from './builder.js';
import { parseDefinition } from './parse-definition.js';

interface Input {
  repo: { path: string };
}

const audit = () =>
  flow<Input>('audit', { budget: { time: '10m' } })
    .step('plan', {
      skill: 'w.shard',
      gives: type<{ shards: { from: number }[] }>(),
      input: ({ input }) => ({ path: input.get('repo').get('path') }),
    })
    .each('debt-scan', {
      skill: 'd.scan',
      forEach: ({ steps }) => steps.plan.get('shards'),
      input: ({ item, index }) => ({ from: item.get('from'), text: `no. ${index.toString()}` }),
      retry: { attempts: 2, initial: '1s' },
      when: cel<boolean>('input.repo.path != ""'),
    })
    .output(({ steps }) => steps['debt-scan']);

describe('the builder', () => {
  it('makes the same as YAML', () => {
    const yaml = `
name: audit
budget: { time: 10m }
steps:
  - { id: plan, skill: w.shard, input: { path: '\${{ input.repo.path }}' } }
  - id: debt-scan
    skill: d.scan
    when: input.repo.path != ""
    forEach: steps.plan.output.shards
    input: { from: '\${{ item.from }}', text: 'no. \${{ index }}' }
    retry: { attempts: 2, initial: 1s }
output: '\${{ steps["debt-scan"].output }}'`;
    expect({ definition: audit().build() }).toEqual(parseDefinition(yaml));
  });

  it('refuses what YAML would be refused for', () => {
    const broken = flow('x').step('a', { skill: 's', input: () => cel('steps.nope.output') });
    expect(() => broken.build()).toThrow(
      expect.objectContaining({ code: 'INVALID_DEFINITION', problems: [expect.objectContaining({ code: 'INVALID_EXPRESSION' })] }),
    );
  });

  it('does not compile what has the wrong type', () => {
    const builder = flow<Input>('x').step('a', { skill: 's', gives: type<{ n: number }>() });
    // @ts-expect-error there is no such field of the input
    builder.step('b', { skill: 's', input: ({ input }) => input.get('nope') });
    // @ts-expect-error there is no such step
    builder.step('b', { skill: 's', input: ({ steps }) => steps.later });
    // @ts-expect-error a number is no list
    builder.each('b', { skill: 's', forEach: ({ steps }) => steps.a.get('n') });
    expect(builder.build().steps).toHaveLength(1);
  });

  it('knows what comes of loops, of one that is picked, and of flows in flows', () => {
    const inner = flow<{ text: string }>('review')
      .step('judge', { skill: 'r.judge', gives: type<{ good: boolean; text: string }>() })
      .build();
    const built = flow<{ topic: string }>('write', {
      budget: { cost: 1 },
      maxParallelAgents: 3,
      rules: [{ after: 'draft', skip: ['vote'] }],
    })
      .loop('draft', {
        flow: inner,
        gives: type<{ good: boolean; text: string }>(),
        repeat: { until: cel<boolean>('last.good'), maxIterations: 3 },
        input: ({ input, last }) => ({ topic: input.get('topic'), before: last.get('text') }),
      })
      .pick('vote', {
        skill: 'r.vote',
        gives: type<{ verdict: string }>(),
        forEach: () => cel<number[]>('[1, 2, 3]'),
        join: { consensus: 0.6, key: cel('output.verdict') },
        input: ({ steps }) => steps.draft.get('text'),
        compensate: { skill: 'r.undo' },
      })
      .step('pause', { wait: { signal: 'go' }, timeout: '1h', needs: ['vote'] })
      .output(({ steps }) => steps.vote.get('verdict'))
      .build();
    expect(built).toMatchObject({
      budget: { cost: 1 },
      rules: [{ id: 'rule-1', skip: ['vote'] }],
      steps: [
        { id: 'draft', flow: { name: 'review' }, repeat: { until: 'last.good', maxIterations: 3 } },
        { id: 'vote', join: { consensus: 0.6, key: 'output.verdict', distinct: 'agent' }, compensate: { skill: 'r.undo' } },
        { id: 'pause', wait: { signal: 'go' } },
      ],
    });
    // @ts-expect-error a loop has a bound
    expect(() => flow('x').loop('a', { skill: 's', repeat: {} }).build()).toThrow('maxIterations');
  });
});
