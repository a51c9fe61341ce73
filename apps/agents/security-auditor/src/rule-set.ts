import { builtInRules, readRuleFolder, type Rule } from '@waggle/analysis';

/** The rules that audits apply. */
export class RuleSet {
  constructor(readonly rules: readonly Rule[]) {}
}

/** Built-in rules, and those in the folder that WAGGLE_RULES names; one with the id of a built-in rule takes its place. */
export const loadRules = async (env: NodeJS.ProcessEnv): Promise<RuleSet> => {
  const folder = env['WAGGLE_RULES']?.trim();
  const own = folder ? await readRuleFolder(folder) : [];
  const replaced = new Set(own.map(({ id }) => id));
  return new RuleSet([...builtInRules().filter(({ id }) => !replaced.has(id)), ...own]);
};
