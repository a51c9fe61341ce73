import { callOf } from '../source/calls.js';
import type { Language } from '../source/language.js';
import { kindOf, type Node } from '../source/parse.js';
import { isBuilt, keepsText } from './built-text.js';
import { isChecked, isCleaned } from './checks.js';
import { DIALECTS, isCleaner, HARMLESS_TYPE, REQUEST_PARAMETER, type Dialect } from './dialect.js';
import { CONSTANT, originRank, worstOf, type Flow } from './flow.js';
import { namesOf, Variables, type Assignment, type Scope } from './variables.js';

/** How far data is followed back through variables, and how many values of each. */
const MAX_STEPS = 6;
const MAX_VALUES = 12;
/** Characters of code that are kept of what a text is put together from. */
const MADE = 1000;
/** Names of one expression that are followed. */
const MAX_NAMES = 40;

/** What stands between an object and its member; not `...`, which spreads. */
const MEMBER = /((?<!\.\.)\.|->|::|\?\.)\s?$/;

/** Names that everybody gives to numbers. */
const NUMBERS = /^\$?(pid|port|i|j|idx|index|count|len|length|size|width|height|num|timeout)$/i;

const UNKNOWN: Flow = { origin: 'unknown', built: false };
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
  private readonly variables: Variables;

  constructor(
    language: Language,
    root: Node,
    private readonly text: string,
  ) {
    this.dialect = DIALECTS[language];
    this.variables = new Variables(language, root, text);
  }

  /** What is known of the data in an expression. */
  of(node: Node): Flow {
    return this.trace(node, { scopes: this.variables.scopesOf(node), at: node.range().start.index, steps: 0, seen: new Set() });
  }

  private trace(node: Node, from: Trace): Flow {
    if (from.steps > MAX_STEPS) return UNKNOWN;
    const names = this.namesIn(node);
    const flows: Flow[] = [];
    for (const name of names.slice(0, MAX_NAMES)) {
      if (isCleaned(this.text, name, node)) continue;
      flows.push(this.isRequestAt(name, node) ? { origin: 'request', built: false } : this.variable(name.text(), from));
    }
    const { origin, built, made } = worstOf(flows);
    // Without a name in it there may still be a call of unknown result.
    const bare = flows.length === 0 && names.length === 0 && this.dialect.request.test(node.text());
    const own = isBuilt(this.dialect, node);
    const kept = built && keepsText(node);
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
      const values = this.variables
        .valuesOf(name)
        .filter(({ at, scopes }) => scopes[0]!.start === scope.start && scopes[0]!.end === scope.end && at < from.at);
      const parameter = scope.node === undefined ? undefined : this.parameter(scope.node, name);
      if (values.length === 0 && parameter === undefined) continue;
      const flows = values.slice(-MAX_VALUES).map(({ value, adds, scopes, at }) => {
        const flow = this.trace(value, { scopes, at, steps: from.steps + 1, seen });
        return adds
          ? { ...flow, built: true, made: `${flow.made ?? ''}\n${value.text().slice(0, MADE)}` }
          : { ...flow, made: flow.made ?? (values.length > 1 ? value.text().slice(0, MADE) : undefined) };
      });
      const flow = worstOf([...flows, ...(parameter === undefined || this.isReplaced(values) ? [] : [parameter])]);
      return originRank(flow.origin) >= originRank('parameter') && isChecked(this.text, name, { from: scope.start, to: from.at })
        ? CONSTANT
        : flow;
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
      const named = namesOf(this.dialect, entry).some((each) => each.text() === name);
      if (!named) continue;
      const text = entry.text();
      if (REQUEST_PARAMETER.test(text)) return HARMLESS_TYPE.test(text) ? CONSTANT : { origin: 'request', built: false };
      return HARMLESS_TYPE.test(text) ? CONSTANT : { origin: 'parameter', built: false };
    }
    return undefined;
  }

  private namesIn(node: Node): Node[] {
    return namesOf(this.dialect, node).filter((name) => {
      const { start, end } = name.range();
      return !isNoVariable(this.text, { member: this.dialect.member ?? MEMBER, start: start.index, end: end.index });
    });
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
}

interface Trace {
  scopes: readonly Scope[];
  at: number;
  steps: number;
  seen: ReadonlySet<string>;
}
