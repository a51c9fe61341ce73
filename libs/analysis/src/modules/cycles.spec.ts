import fc from 'fast-check';
import { cyclesOf } from './cycles.js';
import { ModuleGraph } from './module-graph.js';

const graphOf = (edges: readonly (readonly [number, number])[], nodes = 8): ModuleGraph =>
  new ModuleGraph(
    Array.from({ length: nodes }, (_, from) => ({
      file: `m${from}.ts`,
      imports: edges.filter(([a]) => a === from).map(([, to]) => ({ from: `./m${to}.js`, names: ['x'], types: false, line: 1 })),
      exports: [],
    })),
  );

describe('modules in a circle', () => {
  it('are each a way round that is there, and there is one wherever two reach each other', () => {
    const node = fc.nat(7);
    fc.assert(
      fc.property(fc.array(fc.tuple(node, node), { maxLength: 24 }), (edges) => {
        const graph = graphOf(edges);
        const rings = cyclesOf(graph);
        for (const ring of rings) {
          expect(ring.length).toBeGreaterThan(1);
          expect(new Set(ring).size).toBe(ring.length);
          for (const [at, file] of ring.entries()) expect(graph.edges(file).map(({ to }) => to)).toContain(ring[(at + 1) % ring.length]);
        }
        const files = [...graph.modules.keys()];
        const reaches = (a: string, b: string): boolean => graph.reached(graph.edges(a).map(({ to }) => to)).has(b);
        const tangled = files.filter((a) => files.some((b) => a !== b && reaches(a, b) && reaches(b, a)));
        const groups = new Set(tangled.map((a) => files.filter((b) => a === b || (reaches(a, b) && reaches(b, a))).join()));
        expect(rings.length).toBe(groups.size);
      }),
      { numRuns: 500 },
    );
  });

  it('are found in a chain of fifty thousand, without running out of stack', () => {
    const count = 50_000;
    const graph = graphOf([], 0);
    expect(cyclesOf(graph)).toEqual([]);
    const chain = new ModuleGraph(
      Array.from({ length: count }, (_, n) => ({
        file: `m${n}.ts`,
        imports: [{ from: `./m${(n + 1) % count}.js`, names: ['x'], types: false, line: 1 }],
        exports: [],
      })),
    );
    expect(cyclesOf(chain).map((ring) => ring.length)).toEqual([count]);
  });
});
