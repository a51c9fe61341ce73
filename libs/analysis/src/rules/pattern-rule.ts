import type { NapiConfig } from '@ast-grep/napi';
import type { RuleInfo } from '../finding.js';
import type { Language } from '../source/language.js';

/** A rule that is a shape of code: data only, so that a pack of them is read, tested and extended without code. */
export interface PatternRule extends RuleInfo {
  languages: readonly Language[];
  /** What a file's text must hold for the rule to be worth trying: keeps a large pack fast. */
  mentions: RegExp;
  /** What is wrong here, in a sentence. */
  message: string;
  /** The shape, in the terms of ast-grep. */
  match: Pick<NapiConfig, 'rule' | 'constraints'>;
  /** Code that it must find, and code that it must leave alone. Each is tried by a test, in the first language unless it says otherwise. */
  examples: { bad: readonly string[]; good: readonly string[] };
}
