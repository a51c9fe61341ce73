import { createHash } from 'node:crypto';
import { WRITTEN_RULES } from './generated/pack.js';
import { compileRule } from './read-rules.js';
import type { Rule } from './rule.js';

let compiled: readonly Rule[] | undefined;

/** The rules that come with Waggle, without their examples; compiled when first asked for. */
export const builtInRules = (): readonly Rule[] => (compiled ??= WRITTEN_RULES.map((rule) => compileRule(rule, rule.id)));

const digests = new WeakMap<readonly Rule[], string>();

/** Stands for some rules: what was kept of an audit with others is worked out anew. Worked out once for a list. */
export const digestOfRules = (rules: readonly Rule[]): string => {
  const known = digests.get(rules);
  if (known !== undefined) return known;
  const text = JSON.stringify(rules, (key, value: unknown) =>
    key === 'examples' ? undefined : value instanceof RegExp ? [value.source, value.flags] : value,
  );
  const digest = createHash('sha256').update(text).digest('hex');
  digests.set(rules, digest);
  return digest;
};
