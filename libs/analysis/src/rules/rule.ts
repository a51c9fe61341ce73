import type { NapiConfig } from '@ast-grep/napi';
import type { Confidence, RuleInfo } from '../finding.js';
import type { Language } from '../source/language.js';
import type { Origin } from '../taint/flow.js';
import type { Format } from './formats.js';

/** What must be known of where data comes from for a rule to speak. */
export interface DataCondition {
  /** The least sure origin that is reported: `dynamic` is anything that is no constant. */
  from: 'dynamic' | Exclude<Origin, 'constant' | 'unknown'>;
  /** True: only where the data is put into a text, e.g. joined to SQL, or comes from a request as it is. False: only where it is not. */
  built?: boolean;
  /** What the code of the argument, or of what it was put together from before, must match. */
  says?: RegExp;
}

/** A call by the text of what is called, e.g. `os.system`, `new File`, `$db->query`. */
export interface CallShape {
  name: RegExp;
  /** Which argument is looked at: from 1, or from the end below 0. Without it a call with none counts too. */
  argument?: number;
  /** What the text of that argument must match, and must not. */
  value?: RegExp;
  not?: RegExp;
  /** What the text of all arguments must match, and must not. */
  with?: RegExp;
  without?: RegExp;
  /** What the lines of the call, or the first line of the function around it, must match. */
  near?: RegExp;
  data?: DataCondition;
}

/** A shape of the tree, in the terms of ast-grep. */
export interface TreeShape extends Pick<NapiConfig, 'rule' | 'constraints'> {
  /** The metavariable whose data is looked at, and how. */
  data?: DataCondition & { of: string };
}

/** A piece of text; what stands in comments does not count. */
export interface TextShape {
  pattern: RegExp;
  /** Only the first place of a file is reported. */
  once: boolean;
}

/** A key and its value in YAML, by its path such as `jobs.build.steps[].run`. */
export interface PairShape {
  path: RegExp;
  value?: RegExp;
  /** Keys that the mapping around it must not have. */
  lacks?: readonly string[];
}

/** A rule is data only, so that a pack of them is read, tested and extended without code. It has one of the shapes. */
export interface Rule extends RuleInfo {
  languages: readonly (Language | Format)[];
  /** Read from a folder of others: nobody knows how long its patterns take, so it has only so much time for a file. */
  own?: true;
  /** How sure its findings are; default `high`. */
  confidence?: Confidence;
  /** What a file's text must hold for the rule to be worth trying: keeps a large pack fast. */
  mentions: RegExp;
  /** The rule is silent in files whose text matches. */
  unless?: RegExp;
  /** What is wrong here, in a sentence. */
  message: string;
  match?: TreeShape;
  call?: CallShape;
  text?: TextShape;
  pair?: PairShape;
  /** Code that it must find, and code that it must leave alone: each is tried by a test. */
  examples: { bad: readonly string[]; good: readonly string[] };
}
