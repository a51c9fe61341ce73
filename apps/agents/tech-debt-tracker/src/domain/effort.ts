import type { RuleInfo } from '@waggle/analysis';
import { RULES } from './rules.js';

/** Hours for one finding, and for each step beyond its limit: complexity, lines, levels, parameters, modules. */
const HOURS: Record<string, { base: number; each: number }> = {
  [RULES.complexity.id]: { base: 1, each: 0.1 },
  [RULES.cognitive.id]: { base: 1, each: 0.1 },
  [RULES.longFunction.id]: { base: 0.5, each: 0.01 },
  [RULES.deepNesting.id]: { base: 0.5, each: 0.25 },
  [RULES.longParameterList.id]: { base: 0.5, each: 0.1 },
  [RULES.longFile.id]: { base: 2, each: 0.005 },
  [RULES.todo.id]: { base: 0.5, each: 0 },
  [RULES.duplication.id]: { base: 0.5, each: 0.01 },
  [RULES.deadExport.id]: { base: 0.1, each: 0 },
  [RULES.importCycle.id]: { base: 1, each: 0.5 },
  [RULES.untested.id]: { base: 1, each: 0.05 },
};

const QUARTER = 4;
const MOST = 40;

/** Hours that mending a finding takes, about: a guess by size, in quarters, to sort by and to add up. At most a week. */
export const effortOf = (rule: Pick<RuleInfo, 'id'>, { over = 0 }: { over?: number } = {}): number => {
  const { base, each } = HOURS[rule.id] ?? { base: 0.25, each: 0 };
  return Math.min(MOST, Math.max(1, Math.round((base + Math.max(0, over) * each) * QUARTER)) / QUARTER);
};
