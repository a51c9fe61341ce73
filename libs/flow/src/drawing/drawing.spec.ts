import { compile } from '../definition/compile.js';
import { parseDefinition } from '../definition/parse-definition.js';
import { toDot } from './dot.js';
import { flowGraph } from './flow-graph.js';
import { toMermaid } from './mermaid.js';

const YAML = `
name: picture
version: 1.2.0
steps:
  - { id: end, skill: plan.make }
  - { id: each, skill: work.do, forEach: '\${{ steps.end.output.list }}', maxParallel: 3, input: { a: '\${{ item }}' }, timeout: 90s }
  - { id: maybe, skill: work.say, when: 'input.loud == "yes"', needs: [end] }
  - { id: last, skill: work.sum, needs: [maybe], input: '\${{ steps.each.output }}', onFailure: continue }
`;

const graph = () => {
  const parsed = parseDefinition(YAML);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return flowGraph(compile(parsed.definition));
};

describe('a flow as a picture', () => {
  it('tells data from order, and says what may be skipped and what comes many times', () => {
    const { nodes, edges } = graph();
    expect(edges).toEqual([
      { from: 'end', to: 'each', data: true },
      { from: 'end', to: 'maybe', data: false },
      { from: 'maybe', to: 'last', data: false },
      { from: 'each', to: 'last', data: true },
    ]);
    expect(nodes.map(({ id, many, conditional }) => [id, many, conditional])).toEqual([
      ['end', false, false],
      ['each', true, false],
      ['maybe', false, true],
      ['last', false, false],
    ]);
    expect(nodes[1]!.notes).toEqual(['for each of steps.end.output.list, 3 at once', 'within 90 s']);
    expect(nodes[3]!.notes).toEqual(['goes on when it fails']);
  });

  it('in Mermaid: no id of ours is a word of its own, and quotes cannot leave a label', () => {
    const text = toMermaid(graph());
    expect(text).toContain('flowchart TD\n  s0["<b>end</b><br/>plan.make"]');
    expect(text).toContain('when input.loud == #34;yes#34;');
    expect(text).toContain('  s0 --> s1\n  s0 -.-> s2\n');
    expect(text.match(/"/g)!.length % 2).toBe(0);
  });

  it('in DOT: quotes and backslashes cannot leave a label', () => {
    const text = toDot(graph());
    expect(text).toContain('digraph "picture 1.2.0" {');
    expect(text).toContain('when input.loud == \\"yes\\"');
    expect(text).toContain('"end" -> "maybe" [style=dashed];');
  });
});
