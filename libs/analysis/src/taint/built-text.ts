import { callOf } from '../source/calls.js';
import { kindOf, type Node } from '../source/parse.js';
import { FORMATTER, type Dialect } from './dialect.js';

/** Whether an expression puts a text together: a template, fixed text joined to something, a call that formats. */
export const isBuilt = (dialect: Dialect, node: Node): boolean => {
  const kind = kindOf(node)!;
  const parts = dialect.templates[kind];
  if (parts !== undefined) return parts.split(',').some((part) => node.find({ rule: { kind: part } }) !== null);
  if (/^(binary_expression|binary_operator|additive_expression|binary)$/.test(kind))
    return /[+.%]|<</.test(node.text()) && node.find({ rule: { any: dialect.texts.map((each) => ({ kind: each })) } }) !== null;
  const call = /call|invocation/.test(kind) ? callOf(node) : undefined;
  if (call !== undefined && FORMATTER.test(call.name))
    return node.find({ rule: { any: dialect.texts.map((each) => ({ kind: each })) } }) !== null;
  if (
    /^(parenthesized_expression|reference_expression|await_expression|await|argument|as_expression|expression_list|unary_expression|pointer_expression)$/.test(
      kind,
    )
  )
    return node.namedChildren().some((child) => isBuilt(dialect, child));
  // `"…".format(x).strip()`: what is called on a built text gives one.
  return call !== undefined && node.namedChildren()[0] !== undefined && isBuiltReceiver(dialect, node);
};

const isBuiltReceiver = (dialect: Dialect, node: Node): boolean => {
  const first = node.namedChildren()[0]!;
  const receiver = /attribute|member|selector|field|navigation/.test(kindOf(first)!) ? first.namedChildren()[0] : first;
  return (
    receiver !== undefined &&
    receiver.id() !== node.id() &&
    /string|template|binary|additive|call/.test(kindOf(receiver)!) &&
    isBuilt(dialect, receiver)
  );
};

/** Whether an expression hands on the text of a variable: the variable itself, or a method of it. */
export const keepsText = (node: Node): boolean => {
  return !/array|list|object|dictionary|hash/.test(kindOf(node)!) || kindOf(node) === 'expression_list';
};
