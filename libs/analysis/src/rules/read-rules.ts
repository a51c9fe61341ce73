import { validatorOf, WaggleError, type Problem, type Severity } from '@waggle/protocol';
import { parse as parseYaml } from 'yaml';
import type { Category, Confidence } from '../finding.js';
import { ECMASCRIPT, type Language } from '../source/language.js';
import type { Format } from './formats.js';
import type { DataCondition, Rule, TreeShape } from './rule.js';
import { RULE_SCHEMA } from './rule-schema.js';

/** A rule as it is written. */
export interface WrittenRule {
  id: string;
  title: string;
  languages: readonly ('ecmascript' | Language | Format)[];
  severity: Severity;
  confidence?: Confidence;
  category?: Category;
  cwe?: number;
  owasp?: string;
  why: string;
  remedy: string;
  message: string;
  mentions?: string;
  unless?: string;
  call?: {
    name: string;
    argument?: number;
    value?: string;
    not?: string;
    with?: string;
    without?: string;
    near?: string;
    says?: string;
    data?: DataCondition['from'];
    built?: boolean;
  };
  tree?: Pick<TreeShape, 'rule' | 'constraints'> & { data?: DataCondition['from']; of?: string; built?: boolean };
  text?: { pattern: string; once?: boolean };
  pair?: { path: string; value?: string; lacks?: string[] };
  examples: { bad: readonly string[]; good: readonly string[] };
}

const SHAPES = ['call', 'tree', 'text', 'pair'] as const;

const check = validatorOf(RULE_SCHEMA, { code: 'INVALID_RULE' });

const invalid = (path: string, message: string, cause?: unknown): WaggleError =>
  new WaggleError('INVALID_RULE', `${path}: ${message}`, { path, cause });

/** A group of one thing that repeats without a bound, repeated itself: `(a+)+` takes time that doubles with each letter. */
const RUNS_AWAY = /\((?:\?:)?(?:\\.|\[[^\]]*\]|[^()[\]\\|*+?{}])(?:[+*]|\{\d+,\})\??\)(?:[+*]|\{\d+,\d*\})/;

/** Compiles the patterns of one rule; `(?i)`, `(?s)`, `(?m)` in front mean what they mean elsewhere. */
class Patterns {
  constructor(private readonly path: string) {}

  compile(field: string, source: string, flags = ''): RegExp {
    const [, inline = '', rest = ''] = /^(?:\(\?([ism]+)\))?([^]*)$/.exec(source)!;
    if (RUNS_AWAY.test(rest))
      throw invalid(`${this.path}.${field}`, 'repeats a group that repeats already, which can take for ever: drop one of the two');
    try {
      return new RegExp(rest, [...new Set(`${flags}${inline}`)].join(''));
    } catch (error) {
      throw invalid(`${this.path}.${field}`, `is no regular expression: ${(error as Error).message}`, error);
    }
  }

  optional<Name extends string>(field: string, name: Name, source: string | undefined): { [K in Name]?: RegExp } {
    return source === undefined ? {} : ({ [name]: this.compile(`${field}.${name}`, source) } as { [K in Name]?: RegExp });
  }
}

const dataOf = (from: DataCondition['from'] | undefined, built: boolean | undefined): DataCondition | undefined =>
  from === undefined ? undefined : { from, ...(built === undefined ? {} : { built }) };

const languagesOf = (written: WrittenRule): (Language | Format)[] =>
  written.languages.flatMap((each): readonly (Language | Format)[] => (each === 'ecmascript' ? ECMASCRIPT : [each]));

const shapeOf = (written: WrittenRule, patterns: Patterns): Pick<Rule, 'call' | 'match' | 'text' | 'pair'> => {
  const { call, tree, text, pair } = written;
  if (call !== undefined) {
    const data = dataOf(call.data, call.built);
    const says = patterns.optional('call', 'says', call.says);
    return {
      call: {
        name: patterns.compile('call.name', call.name),
        ...(call.argument === undefined && (data ?? call.value ?? call.not) === undefined ? {} : { argument: call.argument ?? 1 }),
        ...patterns.optional('call', 'value', call.value),
        ...patterns.optional('call', 'not', call.not),
        ...patterns.optional('call', 'with', call.with),
        ...patterns.optional('call', 'without', call.without),
        ...patterns.optional('call', 'near', call.near),
        ...(data === undefined ? {} : { data: { ...data, ...says } }),
      },
    };
  }
  if (tree !== undefined) {
    const data = dataOf(tree.data, tree.built);
    return {
      match: {
        rule: tree.rule,
        ...(tree.constraints === undefined ? {} : { constraints: tree.constraints }),
        ...(data === undefined ? {} : { data: { ...data, of: tree.of ?? 'DATA' } }),
      },
    };
  }
  if (text !== undefined) return { text: { pattern: patterns.compile('text.pattern', text.pattern, 'gm'), once: text.once ?? false } };
  return {
    pair: {
      path: patterns.compile('pair.path', pair!.path),
      ...patterns.optional('pair', 'value', pair!.value),
      ...(pair!.lacks === undefined ? {} : { lacks: pair!.lacks }),
    },
  };
};

/** A rule from how it is written; the writing must fit `RULE_SCHEMA`. */
export const compileRule = (written: WrittenRule, path: string): Rule => {
  const patterns = new Patterns(path);
  const { id, title, severity, why, remedy, message, confidence, cwe, owasp, examples } = written;
  return {
    id,
    title,
    severity,
    category: written.category ?? 'security',
    why,
    remedy,
    message,
    languages: languagesOf(written),
    mentions: written.mentions === undefined ? /(?:)/ : patterns.compile('mentions', written.mentions),
    ...patterns.optional('', 'unless', written.unless),
    ...(confidence === undefined ? {} : { confidence }),
    ...(cwe === undefined ? {} : { cwe }),
    ...(owasp === undefined ? {} : { owasp }),
    ...shapeOf(written, patterns),
    examples,
  };
};

/** The rules in a YAML text: one, or a list. `INVALID_RULE` names the field that is wrong. */
export const parseRules = (text: string, file: string): WrittenRule[] => {
  let parsed: unknown;
  try {
    parsed = parseYaml(text, { maxAliasCount: 100 });
  } catch (error) {
    throw invalid(file, `is no YAML: ${(error as Error).message.split('\n')[0]!}`, error);
  }
  const written: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  written.forEach((each, at) => {
    const path = Array.isArray(parsed) ? `${file}[${at}]` : file;
    const problems: Problem[] = check(each);
    if (problems.length > 0) {
      const placed = problems.map((one) => ({ ...one, path: `${path}.${one.path ?? ''}`, message: `${path}: ${one.message}` }));
      throw new WaggleError('INVALID_RULE', placed[0]!.message, { path: placed[0]!.path, problems: placed });
    }
    const shapes = SHAPES.filter((shape) => shape in (each as object));
    if (shapes.length !== 1) throw invalid(path, `must have one of ${SHAPES.join(', ')}, and only one.`);
  });
  return written as WrittenRule[];
};

/** Reads the rules of a YAML text (`parseRules`) and compiles them; they are somebody's own. */
export const readRules = (text: string, file: string): Rule[] =>
  parseRules(text, file).map((written, at) => ({ ...compileRule(written, `${file}[${at}]`), own: true }));
