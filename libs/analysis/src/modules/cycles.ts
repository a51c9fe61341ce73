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

const tangles = (graph: ModuleGraph): string[][] => {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const found: string[][] = [];
  const enter = (file: string): { file: string; next: string[]; at: number } => {
    order.set(file, order.size);
    low.set(file, order.get(file)!);
    stack.push(file);
    onStack.add(file);
    return { file, next: needs(graph, file), at: 0 };
  };
  for (const start of [...graph.modules.keys()].sort()) {
    if (order.has(start)) continue;
    const work = [enter(start)];
    while (work.length > 0) {
      const top = work.at(-1)!;
      const to = top.next[top.at++];
      if (to !== undefined) {
        if (!order.has(to)) work.push(enter(to));
        else if (onStack.has(to)) low.set(top.file, Math.min(low.get(top.file)!, order.get(to)!));
        continue;
      }
      work.pop();
      const parent = work.at(-1)?.file;
      if (parent !== undefined) low.set(parent, Math.min(low.get(parent)!, low.get(top.file)!));
      if (low.get(top.file) !== order.get(top.file)) continue;
      const members = stack.splice(stack.indexOf(top.file));
      for (const each of members) onStack.delete(each);
      if (members.length > 1) found.push(members);
    }
  }
  return found;
};

const shortestRing = (graph: ModuleGraph, members: ReadonlySet<string>): string[] => {
  const start = [...members].sort()[0]!;
  const before = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const to of needs(graph, file).sort()) {
      if (to === start) {
        const ring = [file];
        while (ring[0] !== start) ring.unshift(before.get(ring[0]!)!);
        return ring;
      }
      if (!members.has(to) || before.has(to)) continue;
      before.set(to, file);
      queue.push(to);
    }
  }
  return [start];
};
