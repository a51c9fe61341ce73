import { functionName, isTestFile, milder, type FindingList, type FunctionFacts, type Measured, type RuleInfo } from '@waggle/analysis';
import type { Severity } from '@waggle/protocol';
import { effortOf } from './effort.js';
import { RULES } from './rules.js';
import { THRESHOLDS } from './thresholds.js';

interface Check {
  rule: RuleInfo;
  value: (facts: FunctionFacts) => number;
  limit: number;
  metric: string;
  message: (name: string, facts: FunctionFacts, limit: number) => string;
  /** Times the limit from where on it counts a step more. */
  worseFrom: number;
}

const CHECKS: readonly Check[] = [
  {
    rule: RULES.complexity,
    metric: 'complexity',
    value: (facts) => facts.complexity,
    limit: THRESHOLDS.complexity,
    message: (name, facts, limit) =>
      `${name} has ${facts.complexity} paths through it (cyclomatic complexity; cognitive ${facts.cognitive}); ${limit} are allowed.`,
    worseFrom: 3,
  },
  {
    rule: RULES.cognitive,
    metric: 'cognitive',
    // one finding is enough for a function that is too complex either way
    value: (facts) => (facts.complexity > THRESHOLDS.complexity ? 0 : facts.cognitive),
    limit: THRESHOLDS.cognitive,
    message: (name, facts, limit) => `${name} is hard to follow: cognitive complexity ${facts.cognitive}; ${limit} are allowed.`,
    worseFrom: 3,
  },
  {
    rule: RULES.longFunction,
    metric: 'lines',
    value: (facts) => facts.ownLines,
    limit: THRESHOLDS.functionLines,
    message: (name, facts, limit) =>
      `${name} is ${facts.lines} lines long${facts.ownLines === facts.lines ? '' : `, ${facts.ownLines} without the functions in it`}; ${limit} are allowed.`,
    worseFrom: 2.5,
  },
  {
    rule: RULES.deepNesting,
    metric: 'nesting',
    value: (facts) => facts.nesting,
    limit: THRESHOLDS.nesting,
    message: (name, facts, limit) => `${name} nests control flow ${facts.nesting} deep; ${limit} are allowed.`,
    worseFrom: 1.75,
  },
  {
    rule: RULES.longParameterList,
    metric: 'parameters',
    value: (facts) => facts.parameters,
    limit: THRESHOLDS.parameters,
    message: (name, facts, limit) => `${name} takes ${facts.parameters} parameters; ${limit} are allowed.`,
    worseFrom: 2,
  },
];

const STEP_UP: Partial<Record<Severity, Severity>> = { info: 'low', low: 'medium', medium: 'high' };

/** Adds a finding for every limit that a function passes. In tests and examples it counts one step less. */
export const checkFunctions = (functions: readonly FunctionFacts[], file: string, list: FindingList): void => {
  for (const facts of functions) {
    for (const check of CHECKS) {
      const { limit } = check;
      const value = check.value(facts);
      if (value <= limit) continue;
      const name = functionName(facts.node);
      const base = value >= limit * check.worseFrom ? (STEP_UP[check.rule.severity] ?? check.rule.severity) : check.rule.severity;
      const metrics: Measured[] = [{ name: check.metric, value, limit }];
      list.add({
        rule: check.rule,
        place: facts.place,
        message: check.message(name === undefined ? 'A function without a name' : `\`${name}\``, facts, limit),
        subject: name ?? 'anonymous',
        severity: isTestFile(file) ? milder(base) : base,
        metrics,
        effort: effortOf(check.rule, { over: value - limit }),
      });
    }
  }
};
