import type { NapiConfig } from '@ast-grep/napi';
import type { Language } from '../source/language.js';
import type { Grammar } from './grammar.js';
import { C, CPP } from './grammars/c.js';
import { CSHARP } from './grammars/csharp.js';
import { ECMASCRIPT } from './grammars/ecmascript.js';
import { GO } from './grammars/go.js';
import { JAVA } from './grammars/java.js';
import { KOTLIN } from './grammars/kotlin.js';
import { PHP } from './grammars/php.js';
import { PYTHON } from './grammars/python.js';
import { RUBY } from './grammars/ruby.js';
import { RUST } from './grammars/rust.js';

const GRAMMARS: Readonly<Record<string, Grammar>> = {
  typescript: ECMASCRIPT,
  tsx: ECMASCRIPT,
  javascript: ECMASCRIPT,
  python: PYTHON,
  go: GO,
  java: JAVA,
  rust: RUST,
  c: C,
  cpp: CPP,
  csharp: CSHARP,
  ruby: RUBY,
  php: PHP,
  kotlin: KOTLIN,
};

/** What is counted in a language; undefined where nothing is yet. */
export const grammarOf = (language: Language): Grammar | undefined => GRAMMARS[language];

const matchers = new Map<Grammar, NapiConfig>();

const escape = (operator: string): string => operator.replace(/[|?]/g, '\\$&');

/** One matcher for everything the metrics count, and for what could not be parsed: a tree is gone through once. */
export const metricsMatcher = (grammar: Grammar): NapiConfig => {
  let matcher = matchers.get(grammar);
  if (matcher === undefined) {
    const { functions, branches, nesting, structures, flat, jumps, conditional, logical } = grammar;
    const { cases = [], discounts = [], optional = {} } = grammar;
    const plain = [
      functions,
      branches,
      nesting,
      structures,
      flat,
      jumps,
      conditional.kinds,
      logical.always ?? [],
      cases,
      discounts,
      Object.keys(optional),
    ];
    const operator = `^(${logical.operators.map(escape).join('|')})$`;
    matcher = {
      rule: {
        any: [
          ...[...new Set(plain.flat())].map((kind) => ({ kind })),
          { kind: 'ERROR' },
          ...logical.kinds.map((kind) => ({ kind, has: { field: 'operator', regex: operator } })),
        ],
      },
    };
    matchers.set(grammar, matcher);
  }
  return matcher;
};
