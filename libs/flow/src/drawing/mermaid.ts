import type { FlowGraph, GraphNode } from './flow-graph.js';

/** Mermaid reads entities where a character has a meaning of its own. */
const escape = (text: string): string => text.replace(/[^\p{L}\p{N} .,:()=/_+*!?-]/gu, (sign) => `#${sign.codePointAt(0)};`);

const label = ({ id, does, notes }: GraphNode): string => [`<b>${escape(id)}</b>`, ...[does, ...notes].map(escape)].join('<br/>');

/** Round corners: skipped perhaps. Doubled sides: a task for each item. */
const shape = (node: GraphNode): string => {
  if (node.many) return `[["${label(node)}"]]`;
  return node.conditional ? `(["${label(node)}"])` : `["${label(node)}"]`;
};

/** The flow as a Mermaid flowchart, as Markdown pages and issue trackers draw it. Dotted: order without data. */
export const toMermaid = ({ name, version, nodes, edges }: FlowGraph): string => {
  // an id of ours may be a word of Mermaid's (`end`), so steps are numbered
  const keys = new Map(nodes.map(({ id }, index) => [id, `s${index}`]));
  return [
    '---',
    `title: ${name} ${version}`,
    '---',
    'flowchart TD',
    ...nodes.map((node) => `  ${keys.get(node.id)!}${shape(node)}`),
    ...edges.map(({ from, to, data }) => `  ${keys.get(from)!} ${data ? '-->' : '-.->'} ${keys.get(to)!}`),
    '',
  ].join('\n');
};
