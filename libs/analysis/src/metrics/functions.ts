import type { Language } from '../source/language.js';
import { kindOf, type Node } from '../source/parse.js';
import { type Place, placeOf } from '../finding-list.js';
import { type Grammar, grammarOf, metricsMatcher } from './grammar.js';

/** One function of a file and its figures. */
export interface FunctionFacts {
  node: Node;
  place: Place;
  /** Cyclomatic: one, and one more for each branch in it, those of functions inside it aside. */
  complexity: number;
  /** Lines from first to last. */
  lines: number;
  /** Lines less those of the functions inside it: a wrapper is not long because of what it wraps. */
  ownLines: number;
  /** Levels of control flow within one another. */
  nesting: number;
  parameters: number;
}

interface Open {
  facts: FunctionFacts;
  end: number;
  /** Ends of the control flow that is open at this point. */
  levels: number[];
}

const isElseIf = (grammar: Grammar, node: Node, kind: string): boolean =>
  grammar.elseIf !== undefined && kind === grammar.elseIf.kind && kindOf(node.parent()) === grammar.elseIf.parent;

const countParameters = (grammar: Grammar, fn: Node): number => {
  const list = fn.field('parameters');
  if (list === null) return fn.field('parameter') === null ? 0 : 1;
  const own = list.namedChildren().filter((child) => !grammar.parameters.not.includes(kindOf(child)!));
  const first = own[0]?.text().split(/[:=]/, 1)[0]?.trim();
  return first !== undefined && grammar.parameters.receivers.includes(first) ? own.length - 1 : own.length;
};

const newFacts = (grammar: Grammar, node: Node): FunctionFacts => {
  const place = placeOf(node.range());
  const lines = place.endLine - place.line + 1;
  return { node, place, complexity: 1, lines, ownLines: lines, nesting: 0, parameters: countParameters(grammar, node) };
};

/** All functions of a tree in the order they begin, each with its own figures; and the branches outside of any. */
export const functionsOf = (language: Language, root: Node): { functions: FunctionFacts[]; outside: number } => {
  const grammar = grammarOf(language);
  if (grammar === undefined) return { functions: [], outside: 0 };
  const functions: FunctionFacts[] = [];
  const open: Open[] = [];
  let outside = 0;
  // Nodes come in the order they begin, an outer one before what is in it.
  for (const node of root.findAll(metricsMatcher(grammar))) {
    const kind = kindOf(node)!;
    const { start, end } = node.range();
    while (open.length > 0 && open.at(-1)!.end <= start.index) open.pop();
    const within = open.at(-1);
    if (grammar.functions.includes(kind)) {
      const facts = newFacts(grammar, node);
      if (within !== undefined) within.facts.ownLines -= facts.lines - 1;
      functions.push(facts);
      open.push({ facts, end: end.index, levels: [] });
      continue;
    }
    const counts = grammar.branches.includes(kind) || kind === grammar.logical.kind;
    if (within === undefined) {
      if (counts) outside++;
      continue;
    }
    if (counts) within.facts.complexity++;
    if (grammar.nesting.includes(kind) && !isElseIf(grammar, node, kind)) {
      while (within.levels.length > 0 && within.levels.at(-1)! <= start.index) within.levels.pop();
      within.levels.push(end.index);
      within.facts.nesting = Math.max(within.facts.nesting, within.levels.length);
    }
  }
  return { functions, outside };
};

const NAMING: Record<string, string> = {
  variable_declarator: 'name',
  pair: 'key',
  public_field_definition: 'name',
  field_definition: 'property',
  assignment_expression: 'left',
  assignment: 'left',
};

/** What a function is called, or what it is assigned to; undefined when it has no name. */
export const functionName = (node: Node): string | undefined => {
  const own = node.field('name')?.text();
  if (own !== undefined) return own.slice(0, 80);
  const parent = node.parent();
  const field = NAMING[kindOf(parent) ?? ''];
  return field === undefined ? undefined : parent?.field(field)?.text().slice(0, 80);
};
