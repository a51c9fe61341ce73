import { callOf, type Call } from '../source/calls.js';
import { kindOf, type Node } from '../source/parse.js';
import { isCleaner } from './dialect.js';

/** Characters before a place that are looked through for checks of its data. */
const CHECKED = 6000;

/** Replaces quotes by something else: escaping written out. */
const doublesQuotes = ({ name, arguments: given }: Call): boolean =>
  /\.(replace|replaceAll|gsub|ReplaceAll)$/.test(name) && /^r?(["'`/])\\?.?["'`]\1?/.test(given[0]?.text() ?? '');

/** About where the statement of a place begins: what stands before may have checked its data. */
const statementStart = (text: string, at: number): number =>
  Math.max(...[';', '{', '}', '\n'].map((mark) => text.lastIndexOf(mark, at - 1))) + 1;

/** Patterns that are kept: a name is asked for at many places of a file, and files share names. */
const KEPT = 500;
const patterns = new Map<string, RegExp>();

/** What looks at a variable as a check of its content would. */
const checkOf = (name: string): RegExp => {
  const known = patterns.get(name);
  if (known !== undefined) return known;
  const escaped = name.replace(/[^\w]/g, '\\$&');
  const check = new RegExp(
    `(includes|\\.has|contains(Key)?|\\.test|match(es|String)?|MatchString|starts_?[wW]ith|StartsWith|HasPrefix|in_array|array_key_exists|is_relative_to|isin|valid\\w*|Valid\\w*|check\\w*|Check\\w*|verify\\w*|assert\\w*|ensure\\w*|is[A-Z]\\w*|allow\\w*|is_numeric|ctype_\\w+|preg_match|fullmatch|IsMatch|start_with\\?|include\\?|match\\?)\\s*\\(?[^;\\n]{0,60}(?<![\\w$])${escaped}(?![\\w])|(?<![\\w$])${escaped}\\s+(not\\s+)?in\\s|(?<![\\w$])${escaped}\\.(startsWith|starts_with|StartsWith|matches|match|isdigit|isalnum|isidentifier|endsWith)\\(|typeof\\s+${escaped}\\s*[!=]==?\\s*'(number|boolean)`,
  );
  if (patterns.size >= KEPT) patterns.clear();
  patterns.set(name, check);
  return check;
};

/** Whether a condition before this place looks at the variable as a check of its content would. */
export const isChecked = (text: string, name: string, { from, to }: { from: number; to: number }): boolean => {
  const before = text.slice(Math.max(from, to - CHECKED), statementStart(text, to));
  return before.includes(name) && checkOf(name).test(before);
};

/** Whether something between a name and the expression takes the danger out: a call that cleans, a comparison, a length. */
export const isCleaned = (text: string, name: Node, within: Node): boolean => {
  const { start, end } = within.range();
  let inner = name;
  for (let node = name.parent(); node !== null; inner = node, node = node.parent()) {
    const range = node.range();
    if (range.start.index < start.index || range.end.index > end.index) return false;
    const kind = kindOf(node)!;
    if (
      /comparison|^ternary_expression$|^conditional_expression$/.test(kind) &&
      kindOf(inner) !== kind &&
      node.child(0)?.id() === inner.id()
    )
      return true;
    if (
      /binary/.test(kind) &&
      /^\s*(===?|!==?|<=?|>=?|in|instanceof)\s/.test(text.slice(node.child(0)!.range().end.index, range.end.index))
    )
      return true;
    if (/call|invocation|creation|new_expression/.test(kind)) {
      const call = callOf(node);
      if (
        call !== undefined &&
        (isCleaner(call.name) || doublesQuotes(call) || (/\.map$/.test(call.name) && call.arguments.some((each) => isCleaner(each.text()))))
      )
        return true;
    }
    if (/member|attribute|field|selector/.test(kind) && /\.(length|size|Length|Count|id)$/.test(node.text().slice(-12))) return true;
    if (node.id() === within.id()) return false;
  }
  return false;
};
