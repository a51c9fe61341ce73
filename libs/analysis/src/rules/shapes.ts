import type { Confidence } from '../finding.js';
import { placeOf, type Place } from '../finding-list.js';
import type { Call } from '../source/calls.js';
import { grammarOf } from '../metrics/grammar-of.js';
import { kindOf, type Node } from '../source/parse.js';
import { originRank, type Origin } from '../taint/flow.js';
import type { CallShape, DataCondition, PairShape, Rule, TextShape, TreeShape } from './rule.js';
import type { SourceView } from './source.js';

/** A place that a rule speaks of. */
export interface Hit {
  place: Place;
  subject: string;
  /** Where the data comes from, for rules that ask. */
  origin?: Origin;
}

const MAX_SUBJECT = 500;
/** Characters of arguments that patterns are tried on. */
const MAX_ARGUMENTS = 4000;
/** A text this long before a match on its line is not looked through for the mark of a comment. */
const MAX_LINE = 2000;

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

const hitOf = (node: Node, origin?: Origin): Hit => ({
  place: placeOf(node.range()),
  subject: node.text().slice(0, MAX_SUBJECT),
  ...(origin === undefined ? {} : { origin }),
});

/** Where the data of a node comes from when that is what the condition asks for; undefined when it is not. */
const originOf = (view: SourceView, node: Node, { from, built, says }: DataCondition): Origin | undefined => {
  const flow = view.tracer()?.of(node);
  if (flow === undefined || flow.origin === 'constant') return undefined;
  if (from !== 'dynamic' && originRank(flow.origin) < originRank(from)) return undefined;
  if (says !== undefined && !says.test(`${node.text().slice(0, MAX_ARGUMENTS)}\n${flow.made ?? ''}`)) return undefined;
  if (built === false && flow.built) return undefined;
  return built !== true || flow.built || flow.origin === 'request' ? flow.origin : undefined;
};

const trees = (view: SourceView, { rule, constraints, data }: TreeShape): Hit[] =>
  view.source.root!.findAll(constraints === undefined ? { rule } : { rule, constraints }).flatMap((node) => {
    if (data === undefined) return [hitOf(node)];
    const part = node.getMatch(data.of) ?? node.getMultipleMatches(data.of)[0];
    const origin = part == null ? undefined : originOf(view, part, data);
    return origin === undefined ? [] : [hitOf(node, origin)];
  });

/** The lines of a node, and the first of the function around it. */
const surroundings = (view: SourceView, node: Node): string => {
  const { text, language } = view.source;
  const { start, end } = node.range();
  const lineEnd = text.indexOf('\n', end.index);
  const lines = text.slice(lineStart(text, start.index), lineEnd < 0 ? text.length : lineEnd).slice(0, MAX_LINE);
  const functions = new Set(language === undefined ? [] : (grammarOf(language)?.functions ?? []));
  const around = node.ancestors().find((each) => functions.has(kindOf(each)!));
  return `${lines}\n${around?.text().split('\n', 1)[0]!.slice(0, MAX_LINE) ?? ''}`;
};

const fits = (view: SourceView, call: Call, shape: CallShape): boolean => {
  if (!shape.name.test(call.name)) return false;
  if (shape.near !== undefined && !shape.near.test(surroundings(view, call.node))) return false;
  if (shape.with === undefined && shape.without === undefined) return true;
  const all = call.arguments
    .map((each) => each.text())
    .join(', ')
    .slice(0, MAX_ARGUMENTS);
  return (shape.with?.test(all) ?? true) && !(shape.without?.test(all) ?? false);
};

const calls = (view: SourceView, shape: CallShape): Hit[] =>
  view.calls().flatMap((call) => {
    if (!fits(view, call, shape)) return [];
    if (shape.argument === undefined) return [hitOf(call.node)];
    const argument = call.arguments.at(shape.argument > 0 ? shape.argument - 1 : shape.argument);
    if (argument === undefined) return [];
    const text = argument.text().slice(0, MAX_ARGUMENTS);
    if (shape.value?.test(text) === false || shape.not?.test(text) === true) return [];
    if (shape.data === undefined) return [hitOf(call.node)];
    const origin = originOf(view, argument, shape.data);
    return origin === undefined ? [] : [hitOf(call.node, origin)];
  });

const texts = (view: SourceView, { pattern, once }: TextShape): Hit[] => {
  const { text } = view.source;
  const starts: number[] = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  let line = 0;
  const position = (at: number): { line: number; column: number } => {
    while (line + 1 < starts.length && starts[line + 1]! <= at) line++;
    while (starts[line]! > at) line--;
    return { line: line + 1, column: at - starts[line]! + 1 };
  };
  const hits: Hit[] = [];
  const isCommented = view.comments();
  for (const match of text.matchAll(pattern)) {
    const from = match.index + (/^\s*/.exec(match[0])![0].length % Math.max(1, match[0].length));
    const begin = lineStart(text, from);
    if (/^\s*(#|\/\/)/.test(text.slice(Math.max(begin, from - MAX_LINE), from + 2)) || isCommented(from)) continue;
    const start = position(from);
    const end = position(match.index + match[0].trimEnd().length);
    hits.push({
      place: { line: start.line, column: start.column, endLine: Math.max(end.line, start.line), endColumn: Math.max(end.column, 1) },
      subject: match[0].slice(0, MAX_SUBJECT),
    });
    if (once) break;
  }
  return hits;
};

const pairs = (view: SourceView, { path, value, lacks }: PairShape): Hit[] =>
  view
    .pairs()
    .filter((pair) => path.test(pair.path) && (value === undefined || (pair.value !== undefined && value.test(pair.value))))
    .filter((pair) => lacks === undefined || (pair.keys.length > 0 && !lacks.some((key) => pair.keys.includes(key))))
    .map((pair) => ({ place: pair.place, subject: `${pair.path}: ${pair.value ?? ''}`.slice(0, MAX_SUBJECT) }));

/** The places of a source that have the shape of a rule. */
export const hitsOf = (view: SourceView, rule: Rule): Hit[] => {
  if (rule.pair !== undefined) return pairs(view, rule.pair);
  if (rule.text !== undefined) return texts(view, rule.text);
  if (view.source.root === undefined) return [];
  if (rule.call !== undefined) return calls(view, rule.call);
  return rule.match === undefined ? [] : trees(view, rule.match);
};

/** How sure a finding is: no surer than its rule, and less where the data was not seen to come from a request. */
export const confidenceOf = (rule: Rule, hit: Hit): Confidence => {
  const own = rule.confidence ?? 'high';
  if (hit.origin === undefined || hit.origin === 'request' || own === 'low') return own;
  return hit.origin === 'unknown' ? 'low' : 'medium';
};
