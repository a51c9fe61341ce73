import type { Language } from '../source/language.js';
import { kindOf, type Node } from '../source/parse.js';
import { type Place, placeOf } from '../finding-list.js';
import type { Grammar } from './grammar.js';
import { grammarOf, metricsMatcher } from './grammar-of.js';
import { countParameters } from './parameters.js';

/** One function of a file and its figures. */
export interface FunctionFacts {
  node: Node;
  place: Place;
  /** Cyclomatic: one, and one more for each branch in it, those of functions inside it aside. */
  complexity: number;
  /** Of that, what stands side by side: cases of a switch, and what follows on `else if`. */
  alternatives: number;
  /** The most branches that must be read together: those of one case with what is in it, or those outside of all cases. */
  together: number;
  /** Cognitive (G. A. Campbell, 2018): what breaks the flow of reading counts one, and one more for each level around it. Recursion is not counted. */
  cognitive: number;
  /** Lines from first to last. */
  lines: number;
  /** Lines less those of the functions inside it: a wrapper is not long because of what it wraps. */
  ownLines: number;
  /** Levels of control flow within one another. */
  nesting: number;
  parameters: number;
}

/** Ends of what is open at a point of the text, outermost first. */
class Levels {
  private readonly ends: number[] = [];

  /** How many there are around `at`. */
  around(at: number): number {
    while (this.ends.length > 0 && this.ends.at(-1)! <= at) this.ends.pop();
    return this.ends.length;
  }

  open(end: number): void {
    this.ends.push(end);
  }
}

/** Branches outside of any case, and of the outermost case that is open. */
class Pieces {
  private readonly outside = { end: Infinity, branches: 1 };
  private current = this.outside;

  /** Counts branches at a place; `alternative` when a case, or what follows on `else if`, begins there. Returns those of its piece. */
  add(branches: number, { start, end }: { start: number; end: number }, alternative: boolean): number {
    if (this.current.end <= start) this.current = this.outside;
    // What follows on `else if` lies within what went before, and ends where that does.
    if (alternative && (this.current === this.outside || this.current.end === end)) this.current = { end, branches: 0 };
    return (this.current.branches += branches);
  }
}

interface Open {
  facts: FunctionFacts;
  end: number;
  pieces: Pieces;
  control: Levels;
  structures: Levels;
}

interface Spot {
  node: Node;
  kind: string;
  start: number;
  end: number;
}

const newFacts = (grammar: Grammar, node: Node): FunctionFacts => {
  const place = placeOf(node.range());
  const lines = place.endLine - place.line + 1;
  const parameters = countParameters(grammar, node);
  return { node, place, complexity: 1, alternatives: 0, together: 1, cognitive: 0, lines, ownLines: lines, nesting: 0, parameters };
};

const beginsWith = (node: Node, keyword: string): boolean => kindOf(node.child(0)) === keyword;

/** One of several ways of which only one is gone. */
const ALTERNATIVES = new Set([
  'switch_case',
  'switch_label',
  'switch_section',
  'switch_expression_arm',
  'case_clause',
  'case_statement',
  'expression_case',
  'type_case',
  'communication_case',
  'match_arm',
  'match_conditional_expression',
  'when_entry',
  'when',
  'in_clause',
  'elif_clause',
  'else_if_clause',
  'elsif',
]);

/** What a node adds to the cyclomatic complexity. */
const branchesOf = (grammar: Grammar, { node, kind }: Spot): number => {
  const { branches, cases, discounts, optional, logical } = grammar;
  if (discounts?.includes(kind)) return -1;
  if (cases?.includes(kind)) return beginsWith(node, 'default') || beginsWith(node, 'else') ? 0 : 1;
  const field = optional?.[kind];
  if (field !== undefined) return node.field(field) === null ? 0 : 1;
  return branches.includes(kind) || logical.kinds.includes(kind) || logical.always?.includes(kind) ? 1 : 0;
};

const isElseIf = ({ conditional }: Grammar, { node, kind }: Spot): boolean => {
  if (!conditional.kinds.includes(kind)) return false;
  const parent = node.parent();
  switch (conditional.else) {
    case 'clause':
      return kindOf(parent) === 'else_clause';
    case 'field':
      return parent !== null && kindOf(parent) === kind && parent.field('alternative')?.id() === node.id();
    case 'token':
      return kindOf(parent?.prev() ?? null) === 'else';
  }
};

/** The `else` of an `if` where it is no node of its own, and no `else if`, which is counted as itself. */
const hasPlainElse = ({ conditional }: Grammar, { node, kind }: Spot): boolean => {
  switch (conditional.else) {
    case 'clause':
      return false;
    case 'field': {
      const otherwise = kindOf(node.field('alternative'));
      return otherwise !== undefined && otherwise !== kind;
    }
    case 'token': {
      const otherwise = node.children().find((child, at, all) => at > 0 && kindOf(all[at - 1]!) === 'else');
      return otherwise !== undefined && kindOf(otherwise.child(0)) !== kind;
    }
  }
};

const IF_ELSE = new Set(['if_statement', 'if_expression', 'if', 'unless', 'elsif', 'for_statement', 'while_statement']);
const LABELS = new Set(['statement_identifier', 'label_name', 'label', 'identifier']);

const isFlat = (grammar: Grammar, { node, kind }: Spot): boolean => {
  if (grammar.jumps.includes(kind)) return node.children().some((child) => LABELS.has(kindOf(child)!));
  if (!grammar.flat.includes(kind)) return false;
  return !(kind === 'else' || kind === 'else_clause') || IF_ELSE.has(kindOf(node.parent()) ?? '');
};

/** A row of like operators is read as one: only its outermost counts. */
const startsRow = ({ logical }: Grammar, { node, kind }: Spot): boolean => {
  const always = logical.always?.includes(kind) ?? false;
  if (!always && !logical.kinds.includes(kind)) return false;
  const parent = node.parent();
  if (parent === null || kindOf(parent) !== kind) return true;
  return !always && parent.field('operator')?.text() !== node.field('operator')?.text();
};

/** Adds to the cognitive complexity. */
const addCognitive = (grammar: Grammar, { facts, structures }: Open, spot: Spot): void => {
  const { conditional } = grammar;
  const level = structures.around(spot.start);
  if (isFlat(grammar, spot) || startsRow(grammar, spot)) facts.cognitive++;
  const isIf = conditional.kinds.includes(spot.kind);
  if (!isIf && !grammar.structures.includes(spot.kind)) return;
  if (isIf && hasPlainElse(grammar, spot)) facts.cognitive++;
  if (isElseIf(grammar, spot)) {
    // where `else` is a node it has been counted
    if (conditional.else !== 'clause') facts.cognitive++;
    return;
  }
  facts.cognitive += 1 + level;
  structures.open(spot.end);
};

/** What a tree is made of, as far as it is measured. */
export interface TreeFacts {
  /** In the order they begin, each with its own figures. */
  functions: FunctionFacts[];
  /** Branches outside of any function. */
  outside: number;
  /** Lines (from 1) that could not be parsed. */
  errors: number[];
}

/** Measures a tree; it is gone through once. */
export const functionsOf = (language: Language, root: Node): TreeFacts => {
  const grammar = grammarOf(language);
  if (grammar === undefined) return { functions: [], outside: 0, errors: [] };
  const errors = new Set<number>();
  const functions: FunctionFacts[] = [];
  const open: Open[] = [];
  let outside = 0;
  // Nodes come in the order they begin, an outer one before what is in it.
  for (const node of root.findAll(metricsMatcher(grammar))) {
    const kind = kindOf(node)!;
    const { start, end } = node.range();
    if (kind === 'ERROR') {
      errors.add(start.line + 1);
      continue;
    }
    const spot: Spot = { node, kind, start: start.index, end: end.index };
    while (open.length > 0 && open.at(-1)!.end <= spot.start) open.pop();
    const within = open.at(-1);
    if (grammar.functions.includes(kind)) {
      const facts = newFacts(grammar, node);
      if (within !== undefined) within.facts.ownLines -= facts.lines - 1;
      functions.push(facts);
      open.push({ facts, end: spot.end, pieces: new Pieces(), control: new Levels(), structures: new Levels() });
      continue;
    }
    const branches = branchesOf(grammar, spot);
    if (within === undefined) {
      outside += branches;
      continue;
    }
    within.facts.complexity += branches;
    const alternative = ALTERNATIVES.has(kind) || isElseIf(grammar, spot);
    if (alternative) within.facts.alternatives += branches;
    within.facts.together = Math.max(within.facts.together, within.pieces.add(branches, spot, alternative));
    addCognitive(grammar, within, spot);
    if (!grammar.nesting.includes(kind) || isElseIf(grammar, spot)) continue;
    within.facts.nesting = Math.max(within.facts.nesting, within.control.around(spot.start) + 1);
    within.control.open(spot.end);
  }
  return { functions, outside, errors: [...errors] };
};
