import { digestOfRules, type Rule } from '@waggle/analysis';

/** Raised whenever the same files and rules would give something else: what was kept of them is worked out anew then. */
export const REVISION = 8;

/** Stands for everything but the files that a result depends on. */
export const engine = (rules: readonly Rule[]): readonly unknown[] => [REVISION, digestOfRules(rules)];
