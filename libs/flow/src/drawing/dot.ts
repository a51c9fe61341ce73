import type { FlowGraph, GraphNode } from './flow-graph.js';

const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', ' ')}"`;

const style = ({ conditional, many }: GraphNode): string[] => [
  ...(many ? ['peripheries=2'] : []),
  ...(conditional ? ['style="rounded,dashed"'] : []),
];

const node = (each: GraphNode): string => {
  const lines = [each.id, each.does, ...each.notes].map((line) => quote(line).slice(1, -1)).join('\\n');
  return `  ${quote(each.id)} [${[`label="${lines}"`, ...style(each)].join(', ')}];`;
};

/** The flow in the language of Graphviz. Dashed: order without data. */
export const toDot = ({ name, version, nodes, edges }: FlowGraph): string =>
  [
    `digraph ${quote(`${name} ${version}`)} {`,
    '  rankdir=TB;',
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
    ...nodes.map(node),
    ...edges.map(({ from, to, data }) => `  ${quote(from)} -> ${quote(to)}${data ? '' : ' [style=dashed]'};`),
    '}',
    '',
  ].join('\n');
