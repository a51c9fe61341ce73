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
  /** What must hold beside that; `from` is the limit as often as `worseFrom` says. */
  worseWhen?: (facts: FunctionFacts, about: { from: number; file: string }) => boolean;
}

/**
 * A row of cases side by side has many paths and is easily read: it counts a step less, and so does what has few
 * branches but for its cases.
 */
const isFlat = ({ complexity, alternatives, cognitive }: FunctionFacts): boolean =>
  cognitive * 2 <= complexity || complexity - alternatives <= THRESHOLDS.complexity;

/** Times its paths from where on a function's cognitive complexity shows that its branches are nested in one another. */
const NESTED = 1.25;

/** One character as a text, or its code with the character beside it. */
const CHARACTER = /(["'`])(?:\\.|[^\\\n])\1|\b(?:0x[\da-f]{1,4}|\d{1,3}) ?\/\* ?\S{1,4} ?\*\//gi;

/** What takes a text apart, by its own word. */
const TAKES_APART = /scan|lexer|^lex|tokeni[sz]/i;

/** What goes through a text character by character branches on them by its nature; nobody cuts a scanner up. */
const isScanner = ({ node, complexity }: FunctionFacts, file: string): boolean =>
  [functionName(node) ?? '', ...file.split('/').slice(-2)].some((name) => TAKES_APART.test(name)) ||
  (node.text().match(CHARACTER)?.length ?? 0) * 2 >= complexity;

/**
 * Many paths weigh heavily only where they must be read together, and are hard to follow as well: nested in one another
 * rather than side by side. A switch over kinds, each with a few branches of its own, is read a case at a time.
 */
const isTangled = (facts: FunctionFacts, { from, file }: { from: number; file: string }): boolean =>
  facts.together >= from && facts.cognitive >= Math.max(THRESHOLDS.tangled, facts.complexity * NESTED) && !isScanner(facts, file);

/** A chain of `a ? x : b ? y : z` counts for each level around it, and is read from top to bottom all the same. */
const isNested = ({ nesting }: FunctionFacts): boolean => nesting >= THRESHOLDS.nesting;

const CHECKS: readonly Check[] = [
  {
    rule: RULES.complexity,
    metric: 'complexity',
    value: (facts) => facts.complexity,
    limit: THRESHOLDS.complexity,
    message: (name, facts, limit) =>
      `${name} has ${facts.complexity} paths through it (cyclomatic complexity; cognitive ${facts.cognitive}); ${limit} are allowed.`,
    worseFrom: 3,
    worseWhen: isTangled,
  },
  {
    rule: RULES.cognitive,
    metric: 'cognitive',
    // one finding is enough for a function that is too complex either way
    value: (facts) => (facts.complexity > THRESHOLDS.complexity ? 0 : facts.cognitive),
    limit: THRESHOLDS.cognitive,
    message: (name, facts, limit) => `${name} is hard to follow: cognitive complexity ${facts.cognitive}; ${limit} are allowed.`,
    worseFrom: THRESHOLDS.tangled / THRESHOLDS.cognitive,
    worseWhen: isNested,
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

const severityOf = (check: Check, facts: FunctionFacts, file: string): Severity => {
  const { severity } = check.rule;
  const from = check.limit * check.worseFrom;
  const isWorse = check.value(facts) >= from && (check.worseWhen?.(facts, { from, file }) ?? true);
  const worse = isWorse ? (STEP_UP[severity] ?? severity) : severity;
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
