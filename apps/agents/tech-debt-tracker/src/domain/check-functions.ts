import { functionName, isTestFile, milder, type FindingList, type FunctionFacts, type RuleInfo } from '@waggle/analysis';
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

/** A row of cases side by side has many paths and is easily read: it counts a step less. */
const isFlat = (facts: FunctionFacts): boolean => facts.cognitive * 2 <= facts.complexity;

const STEP_UP: Partial<Record<Severity, Severity>> = { info: 'low', low: 'medium', medium: 'high' };

const severityOf = (check: Check, facts: FunctionFacts, file: string): Severity => {
  const { severity } = check.rule;
  const worse = check.value(facts) >= check.limit * check.worseFrom ? (STEP_UP[severity] ?? severity) : severity;
  const flat = check.rule === RULES.complexity && isFlat(facts) ? milder(worse) : worse;
  return isTestFile(file) ? milder(flat) : flat;
};

/** Adds a finding for every limit that a function passes. In tests and examples it counts one step less. */
export const checkFunctions = (functions: readonly FunctionFacts[], file: string, list: FindingList): void => {
  for (const facts of functions) {
    for (const check of CHECKS) {
      const { limit, metric } = check;
      const value = check.value(facts);
      if (value <= limit) continue;
      const name = functionName(facts.node);
      list.add({
        rule: check.rule,
        place: facts.place,
        message: check.message(name === undefined ? 'A function without a name' : `\`${name}\``, facts, limit),
        subject: name ?? 'anonymous',
        severity: severityOf(check, facts, file),
        metrics: [{ name: metric, value, limit }],
        effort: effortOf(check.rule, { over: value - limit }),
      });
    }
  }
};
