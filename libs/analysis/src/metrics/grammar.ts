import type { NapiConfig } from '@ast-grep/napi';
import type { Language } from '../source/language.js';

/** What a language's nodes mean for the metrics. */
export interface Grammar {
  functions: readonly string[];
  /** Each adds one to the cyclomatic complexity. */
  branches: readonly string[];
  /** Operators whose `operator` field makes them a branch. */
  logical: { kind: string; operators: readonly string[] };
  /** Each is one level of nesting for what lies inside. */
  nesting: readonly string[];
  /** An `if` whose parent is this is an `else if`: no deeper than the first. */
  elseIf?: { kind: string; parent: string };
  /** What in a function's list of parameters is none, and the names by which the first stands for the object itself. */
  parameters: { not: readonly string[]; receivers: readonly string[] };
  comment: string;
}

const ECMASCRIPT: Grammar = {
  functions: [
    'function_declaration',
    'function_expression',
    'arrow_function',
    'method_definition',
    'generator_function_declaration',
    'generator_function',
  ],
  branches: [
    'if_statement',
    'for_statement',
    'for_in_statement',
    'while_statement',
    'do_statement',
    'switch_case',
    'catch_clause',
    'ternary_expression',
  ],
  logical: { kind: 'binary_expression', operators: ['&&', '||', '??'] },
  nesting: ['if_statement', 'for_statement', 'for_in_statement', 'while_statement', 'do_statement', 'switch_statement', 'try_statement'],
  elseIf: { kind: 'if_statement', parent: 'else_clause' },
  parameters: { not: ['comment'], receivers: ['this'] },
  comment: 'comment',
};

const PYTHON: Grammar = {
  functions: ['function_definition', 'lambda'],
  branches: [
    'if_statement',
    'elif_clause',
    'for_statement',
    'while_statement',
    'except_clause',
    'conditional_expression',
    'case_clause',
    'for_in_clause',
    'if_clause',
  ],
  logical: { kind: 'boolean_operator', operators: ['and', 'or'] },
  nesting: ['if_statement', 'for_statement', 'while_statement', 'with_statement', 'try_statement', 'match_statement'],
  parameters: { not: ['comment', 'keyword_separator', 'positional_separator'], receivers: ['self', 'cls'] },
  comment: 'comment',
};

const GRAMMARS: Partial<Record<Language, Grammar>> = { typescript: ECMASCRIPT, tsx: ECMASCRIPT, javascript: ECMASCRIPT, python: PYTHON };

/** What is counted in a language; undefined where nothing is yet. */
export const grammarOf = (language: Language): Grammar | undefined => GRAMMARS[language];

const matchers = new Map<Grammar, NapiConfig>();

const escape = (operator: string): string => operator.replace(/[|?]/g, '\\$&');

/** One matcher for everything the metrics count: a tree is gone through once. */
export const metricsMatcher = (grammar: Grammar): NapiConfig => {
  let matcher = matchers.get(grammar);
  if (matcher === undefined) {
    const kinds = new Set([...grammar.functions, ...grammar.branches, ...grammar.nesting]);
    const { kind, operators } = grammar.logical;
    matcher = {
      rule: {
        any: [
          ...[...kinds].map((each) => ({ kind: each })),
          { kind, has: { field: 'operator', regex: `^(${operators.map(escape).join('|')})$` } },
        ],
      },
    };
    matchers.set(grammar, matcher);
  }
  return matcher;
};
