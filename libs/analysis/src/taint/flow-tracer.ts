import { callOf, type Call } from '../source/calls.js';
import type { Language } from '../source/language.js';
import { kindOf, type Node } from '../source/parse.js';
import { grammarOf } from '../metrics/grammar.js';
import { DIALECTS, isCleaner, FORMATTER, HARMLESS_TYPE, REQUEST_PARAMETER, type Dialect } from './dialect.js';
import { CONSTANT, originRank, worstOf, type Flow } from './flow.js';

/** How far data is followed back through variables, and how many values of each. */
const MAX_STEPS = 6;
const MAX_VALUES = 12;
/** Characters before a place that are looked through for checks of its data. */
const CHECKED = 6000;
/** Characters of code that are kept of what a text is put together from. */
const MADE = 1000;
/** Names of one expression that are followed. */
const MAX_NAMES = 40;

interface Assignment {
  value: Node;
  /** Where it stands in the text, and the functions around it, innermost first. */
  at: number;
  scopes: readonly Scope[];
  /** Adds to what the variable held: `+=`. */
  adds: boolean;
}

interface Scope {
  node: Node | undefined;
  start: number;
  end: number;
}

/** What stands between an object and its member; not `...`, which spreads. */
const MEMBER = /((?<!\.\.)\.|->|::|\?\.)\s?$/;

/** Names that everybody gives to numbers. */
const NUMBERS = /^\$?(pid|port|i|j|idx|index|count|len|length|size|width|height|num|timeout)$/i;

/** Replaces quotes by something else: escaping written out. */
const doublesQuotes = ({ name, arguments: given }: Call): boolean =>
  /\.(replace|replaceAll|gsub|ReplaceAll)$/.test(name) && /^r?(["'`/])\\?.?["'`]\1?/.test(given[0]?.text() ?? '');

const UNKNOWN: Flow = { origin: 'unknown', built: false };
const FIELDS = [
  ['left', 'right'],
  ['name', 'value'],
  ['pattern', 'value'],
  ['declarator', 'value'],
  ['alias', 'value'],
] as const;
const ADDS = /^(augmented_assignment|augmented_assignment_expression|operator_assignment|compound_assignment_expr)$/;

/** Whether the text around a name makes it a property, what is called, or the name of an argument. */
const isNoVariable = (text: string, { member, start, end }: { member: RegExp; start: number; end: number }): boolean =>
  member.test(text.slice(Math.max(0, start - 4), start)) || /^\s?(\(|=[^=>~]|::|:\s)/.test(text.slice(end, end + 4));

/**
 * Follows data back through the variables of a function: to what a request brought, to parameters, or to constants.
 * It knows one file and, in it, values by their names; it reads neither branches nor what other functions return. What
 * goes through a function is taken to come out of it, unless the function's name says that it makes it harmless, or a
 * check of the variable stands before.
 */
export class FlowTracer {
  private readonly dialect: Dialect;
  private readonly functionKinds: ReadonlySet<string>;
  private assignments: Map<string, Assignment[]> | undefined;
  private readonly whole: Scope;

  constructor(
    language: Language,
    private readonly root: Node,
    private readonly text: string,
  ) {
    this.dialect = DIALECTS[language];
    this.functionKinds = new Set(grammarOf(language)?.functions ?? []);
    this.whole = { node: undefined, start: 0, end: text.length };
  }

  /** What is known of the data in an expression. */
  of(node: Node): Flow {
    return this.trace(node, { scopes: this.scopesOf(node), at: node.range().start.index, steps: 0, seen: new Set() });
  }

  /** About where the statement of a place begins: what stands before may have checked its data. */
  private statementStart(at: number): number {
    return Math.max(...[';', '{', '}', '\n'].map((mark) => this.text.lastIndexOf(mark, at - 1))) + 1;
  }

  private trace(node: Node, from: Trace): Flow {
    if (from.steps > MAX_STEPS) return UNKNOWN;
    const names = this.namesIn(node);
    const flows: Flow[] = [];
    for (const name of names.slice(0, MAX_NAMES)) {
      if (this.isCleaned(name, node)) continue;
      flows.push(this.isRequestAt(name, node) ? { origin: 'request', built: false } : this.variable(name.text(), from));
    }
    const { origin, built, made } = worstOf(flows);
    // Without a name in it there may still be a call of unknown result.
    const bare = flows.length === 0 && names.length === 0 && this.dialect.request.test(node.text());
    const own = this.isBuilt(node);
    const kept = built && this.keepsText(node);
    return {
      origin: bare ? 'request' : origin,
      built: own || kept,
      ...(own || (kept && made !== undefined)
        ? { made: `${own ? node.text().slice(0, MADE) : ''}\n${kept ? (made ?? '') : ''}`.trim() }
        : {}),
    };
  }

  private variable(name: string, from: Trace): Flow {
    if (/^[A-Z][A-Z0-9_]*$/.test(name) || NUMBERS.test(name)) return CONSTANT;
    const key = `${name}@${from.scopes[0]!.start}`;
    if (from.seen.has(key)) return CONSTANT;
    const seen = new Set(from.seen).add(key);
    for (const scope of from.scopes) {
      const values = (this.table().get(name) ?? []).filter(
        ({ at, scopes }) => scopes[0]!.start === scope.start && scopes[0]!.end === scope.end && at < from.at,
      );
      const parameter = scope.node === undefined ? undefined : this.parameter(scope.node, name);
      if (values.length === 0 && parameter === undefined) continue;
      const flows = values.slice(-MAX_VALUES).map(({ value, adds, scopes, at }) => {
        const flow = this.trace(value, { scopes, at, steps: from.steps + 1, seen });
        return adds
          ? { ...flow, built: true, made: `${flow.made ?? ''}\n${value.text().slice(0, MADE)}` }
          : { ...flow, made: flow.made ?? (values.length > 1 ? value.text().slice(0, MADE) : undefined) };
      });
      const flow = worstOf([...flows, ...(parameter === undefined || this.isReplaced(values) ? [] : [parameter])]);
      return originRank(flow.origin) >= originRank('parameter') && this.isChecked(name, scope, from.at) ? CONSTANT : flow;
    }
    return UNKNOWN;
  }

  /** A parameter that is given a new value at once is no longer what came in; without branches seen, only when all new ones are its own. */
  private isReplaced(values: readonly Assignment[]): boolean {
    return values.length === 1 && isCleaner(callOf(values[0]!.value)?.name ?? '');
  }

  /** What a function's parameter of this name brings; undefined when it has none. */
  private parameter(fn: Node, name: string): Flow | undefined {
    const list =
      fn.field('parameters') ??
      fn.field('parameter') ??
      fn.field('declarator')?.field('parameters') ??
      fn.children().find((child) => /parameters$|^lambda_parameters$/.test(kindOf(child)!));
    if (list === undefined || list === null) return undefined;
    const single = fn.field('parameter') !== null && fn.field('parameters') === null;
    for (const entry of single ? [list] : list.namedChildren()) {
      const named = this.namesOf(entry).some((each) => each.text() === name);
      if (!named) continue;
      const text = entry.text();
      if (REQUEST_PARAMETER.test(text)) return HARMLESS_TYPE.test(text) ? CONSTANT : { origin: 'request', built: false };
      return HARMLESS_TYPE.test(text) ? CONSTANT : { origin: 'parameter', built: false };
    }
    return undefined;
  }

  /** Whether a condition before this place looks at the variable as a check of its content would. */
  private isChecked(name: string, scope: Scope, at: number): boolean {
    const before = this.text.slice(Math.max(scope.start, at - CHECKED), this.statementStart(at));
    const escaped = name.replace(/[^\w]/g, '\\$&');
    const check = new RegExp(
      `(includes|\\.has|contains(Key)?|\\.test|match(es|String)?|MatchString|starts_?[wW]ith|StartsWith|HasPrefix|in_array|array_key_exists|is_relative_to|isin|valid\\w*|Valid\\w*|check\\w*|Check\\w*|verify\\w*|assert\\w*|ensure\\w*|is[A-Z]\\w*|allow\\w*|is_numeric|ctype_\\w+|preg_match|fullmatch|IsMatch|start_with\\?|include\\?|match\\?)\\s*\\(?[^;\\n]{0,60}(?<![\\w$])${escaped}(?![\\w])|(?<![\\w$])${escaped}\\s+(not\\s+)?in\\s|(?<![\\w$])${escaped}\\.(startsWith|starts_with|StartsWith|matches|match|isdigit|isalnum|isidentifier|endsWith)\\(|typeof\\s+${escaped}\\s*[!=]==?\\s*'(number|boolean)`,
    );
    return check.test(before);
  }

  private isBuilt(node: Node): boolean {
    const kind = kindOf(node)!;
    const parts = this.dialect.templates[kind];
    if (parts !== undefined) return parts.split(',').some((part) => node.find({ rule: { kind: part } }) !== null);
    if (/^(binary_expression|binary_operator|additive_expression|binary)$/.test(kind))
      return /[+.%]|<</.test(node.text()) && node.find({ rule: { any: this.dialect.texts.map((each) => ({ kind: each })) } }) !== null;
    const call = /call|invocation/.test(kind) ? callOf(node) : undefined;
    if (call !== undefined && FORMATTER.test(call.name))
      return node.find({ rule: { any: this.dialect.texts.map((each) => ({ kind: each })) } }) !== null;
    if (
      /^(parenthesized_expression|reference_expression|await_expression|await|argument|as_expression|expression_list|unary_expression|pointer_expression)$/.test(
        kind,
      )
    )
      return node.namedChildren().some((child) => this.isBuilt(child));
    // `"…".format(x).strip()`: what is called on a built text gives one.
    return call !== undefined && node.namedChildren()[0] !== undefined && this.isBuiltReceiver(node);
  }

  private isBuiltReceiver(node: Node): boolean {
    const first = node.namedChildren()[0]!;
    const receiver = /attribute|member|selector|field|navigation/.test(kindOf(first)!) ? first.namedChildren()[0] : first;
    return (
      receiver !== undefined &&
      receiver.id() !== node.id() &&
      /string|template|binary|additive|call/.test(kindOf(receiver)!) &&
      this.isBuilt(receiver)
    );
  }

  /** Whether an expression hands on the text of a variable: the variable itself, or a method of it. */
  private keepsText(node: Node): boolean {
    return !/array|list|object|dictionary|hash/.test(kindOf(node)!) || kindOf(node) === 'expression_list';
  }

  private namesIn(node: Node): Node[] {
    return this.namesOf(node).filter((name) => {
      const { start, end } = name.range();
      return !isNoVariable(this.text, { member: this.dialect.member ?? MEMBER, start: start.index, end: end.index });
    });
  }

  private namesOf(node: Node): Node[] {
    return node.findAll({ rule: { any: this.dialect.names.map((kind) => ({ kind })) } });
  }

  /** Whether what a request brought is read here, beginning with this name. */
  private isRequestAt(name: Node, within: Node): boolean {
    const { start } = name.range();
    const end = within.range().end.index;
    // A few characters before: `self.request`, `$this->request`.
    const from = Math.max(0, start.index - 1);
    const lead = start.index - from;
    const piece = this.text.slice(from, Math.min(end, start.index + 200));
    const match = this.dialect.request.exec(piece);
    return match !== null && (match.index <= lead || /^[\w$.]*$/.test(piece.slice(lead, match.index)));
  }

  /** Whether something between a name and the expression takes the danger out: a call that cleans, a comparison, a length. */
  private isCleaned(name: Node, within: Node): boolean {
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
        /^\s*(===?|!==?|<=?|>=?|in|instanceof)\s/.test(this.text.slice(node.child(0)!.range().end.index, range.end.index))
      )
        return true;
      if (/call|invocation|creation|new_expression/.test(kind)) {
        const call = callOf(node);
        if (
          call !== undefined &&
          (isCleaner(call.name) ||
            doublesQuotes(call) ||
            (/\.map$/.test(call.name) && call.arguments.some((each) => isCleaner(each.text()))))
        )
          return true;
      }
      if (/member|attribute|field|selector/.test(kind) && /\.(length|size|Length|Count|id)$/.test(node.text().slice(-12))) return true;
      if (node.id() === within.id()) return false;
    }
    return false;
  }

  private table(): Map<string, Assignment[]> {
    if (this.assignments !== undefined) return this.assignments;
    const table = new Map<string, Assignment[]>();
    for (const node of this.root.findAll({ rule: { any: this.dialect.assignments.map((kind) => ({ kind })) } })) {
      const kind = kindOf(node)!;
      const fields = FIELDS.find(([target, value]) => node.field(target) !== null && node.field(value) !== null);
      const children = node.namedChildren();
      const target = fields === undefined ? children.at(kind === 'property_declaration' ? -2 : 0) : node.field(fields[0]);
      const value = fields === undefined ? children.at(-1) : node.field(fields[1]);
      if (!target || !value || target.id() === value.id()) continue;
      const assignment = {
        value,
        at: node.range().start.index,
        scopes: this.scopesOf(node),
        adds: ADDS.test(kind) || /^[\w$.]+\s*(\+|\.)=/.test(node.text().slice(0, 200)),
      };
      for (const name of this.namesOf(target)) {
        if (/(\.|->)$/.test(this.text.slice(Math.max(0, name.range().start.index - 2), name.range().start.index))) continue;
        const values = table.get(name.text()) ?? [];
        values.push(assignment);
        table.set(name.text(), values);
      }
    }
    return (this.assignments = table);
  }

  /** The functions around a node, innermost first, and the file. */
  private scopesOf(node: Node): Scope[] {
    const scopes = node
      .ancestors()
      .filter((each) => this.functionKinds.has(kindOf(each)!))
      .map((each) => ({ node: each, start: each.range().start.index, end: each.range().end.index }));
    return [...scopes, this.whole];
  }
}

interface Trace {
  scopes: readonly Scope[];
  at: number;
  steps: number;
  seen: ReadonlySet<string>;
}
