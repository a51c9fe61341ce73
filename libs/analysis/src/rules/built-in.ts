import { compileRule } from './read-rules.js';
import type { Rule } from './rule.js';
import { WRITTEN_RULES } from './generated/pack.js';

let compiled: readonly Rule[] | undefined;

/** The rules that come with Waggle, without their examples; compiled when first asked for. */
export const builtInRules = (): readonly Rule[] => (compiled ??= WRITTEN_RULES.map((rule) => compileRule(rule, rule.id)));
