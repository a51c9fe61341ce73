import type { ModuleGraph } from './module-graph.js';

/**
 * Rings of modules that need one another when the program runs, each as the shortest way round from its first file;
 * one for each set of modules that all reach each other (Tarjan 1972, without recursion). Sorted.
 */
export const cyclesOf = (graph: ModuleGraph): string[][] =>
  tangles(graph)
    .map((members) => shortestRing(graph, new Set(members)))
    .sort((a, b) => (a[0]! < b[0]! ? -1 : 1));

const needs = (graph: ModuleGraph, file: string): string[] => graph.edges(file).flatMap(({ to, types }) => (types ? [] : [to]));

interface Step {
  file: string;
  next: readonly string[];
  at: number;
}

/** Tarjan's search: what each module was found as, and the earliest one that leads back from it. */
class Search {
  readonly found: string[][] = [];
  private readonly order = new Map<string, number>();
  private readonly low = new Map<string, number>();
  private readonly stack: string[] = [];
  private readonly onStack = new Set<string>();

  constructor(private readonly graph: ModuleGraph) {}

  from(start: string): void {
    if (this.order.has(start)) return;
    const work = [this.enter(start)];
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const to = top.next[top.at++];
      if (to === undefined) this.leave(work.pop()!.file, work.at(-1)?.file);
      else if (!this.order.has(to)) work.push(this.enter(to));
      else if (this.onStack.has(to)) this.lower(top.file, this.order.get(to)!);
    }
  }

  private enter(file: string): Step {
    this.order.set(file, this.order.size);
    this.low.set(file, this.order.get(file)!);
    this.stack.push(file);
    this.onStack.add(file);
    return { file, next: needs(this.graph, file), at: 0 };
  }

  private leave(file: string, parent: string | undefined): void {
    if (parent !== undefined) this.lower(parent, this.low.get(file)!);
    if (this.low.get(file) !== this.order.get(file)) return;
    const members = this.stack.splice(this.stack.lastIndexOf(file));
    for (const each of members) this.onStack.delete(each);
    if (members.length > 1) this.found.push(members);
  }

  private lower(file: string, to: number): void {
    this.low.set(file, Math.min(this.low.get(file)!, to));
  }
}

const tangles = (graph: ModuleGraph): string[][] => {
  const search = new Search(graph);
  for (const file of [...graph.modules.keys()].sort()) search.from(file);
  return search.found;
};

const shortestRing = (graph: ModuleGraph, members: ReadonlySet<string>): string[] => {
  const start = [...members].sort()[0]!;
  const before = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const to of needs(graph, file).sort()) {
      if (to === start) {
        const ring = [file];
        while (ring.at(-1) !== start) ring.push(before.get(ring.at(-1)!)!);
        return ring.reverse();
      }
      if (!members.has(to) || before.has(to)) continue;
      before.set(to, file);
      queue.push(to);
    }
  }
  return [start];
};
