import type { Language } from '../source/language.js';
import type { Rule, TreeShape } from './rule.js';

/** A rule that is a shape of code. */
export interface PatternRule extends Rule {
  languages: readonly Language[];
  match: TreeShape;
}
