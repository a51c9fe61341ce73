import { createHash } from 'node:crypto';
import { compileRule } from './read-rules.js';
import type { Rule } from './rule.js';
import { WRITTEN_RULES } from './generated/pack.js';

let compiled: readonly Rule[] | undefined;

/** The rules that come with Waggle, without their examples; compiled when first asked for. */
export const builtInRules = (): readonly Rule[] => (compiled ??= WRITTEN_RULES.map((rule) => compileRule(rule, rule.id)));

let digest: string | undefined;

/** Stands for the content of all built-in rules: another when one of them changed. */
export const builtInDigest = (): string => (digest ??= createHash('sha256').update(JSON.stringify(WRITTEN_RULES)).digest('hex'));
