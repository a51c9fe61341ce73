import { kindOf, type Node } from '../source/parse.js';
import type { Grammar } from './grammar.js';

/** Names within names of a declaration in C that are followed: pointers to functions that return pointers end soon. */
const MAX_DECLARATORS = 8;

/** The declarator of C and C++ that holds the parameters. */
const declaratorOf = (fn: Node): Node | null => {
  let at = fn.field('declarator');
  for (let depth = 0; at !== null && depth < MAX_DECLARATORS; depth++) {
    if (at.field('parameters') !== null) return at;
    at = at.field('declarator') ?? at.namedChildren()[0] ?? null;
  }
  return null;
};

const listOf = ({ parameters }: Grammar, fn: Node): Node | null =>
  fn.field('parameters') ??
  declaratorOf(fn)?.field('parameters') ??
  (parameters.list === undefined ? null : (fn.children().find((child) => kindOf(child) === parameters.list) ?? null));

/** Names that one entry declares: in Go `a, b int` is two. */
const namesIn = (entry: Node): number =>
  kindOf(entry) === 'parameter_declaration' ? Math.max(1, entry.children().filter((child) => kindOf(child) === 'identifier').length) : 1;

/** How many parameters a function takes, the object it belongs to aside. */
export const countParameters = (grammar: Grammar, fn: Node): number => {
  const list = listOf(grammar, fn);
  if (list === null) return fn.field('parameter') === null ? 0 : 1;
  const { not, receivers } = grammar.parameters;
  const own = list.namedChildren().filter((child) => !not.includes(kindOf(child)!) && !(not.includes('void') && child.text() === 'void'));
  const first = own[0]?.text().split(/[:=]/, 1)[0]?.trim();
  const count = own.reduce((sum, each) => sum + namesIn(each), 0);
  return first !== undefined && receivers.includes(first) ? count - 1 : count;
};
