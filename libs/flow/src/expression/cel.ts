import { Environment, type ParseError } from '@marcbachmann/cel-js';
import { analyse, COMMON, LOCAL, WHOLE, type Analysis, type Mistake } from './analyse.js';
import { meter, withBudget } from './meter.js';
import { passing, type Pass } from './passing.js';

const LONGEST = 4096;

/** JSON has one kind of number, CEL has two that do not mix: here they do, as in JSON's own world. */
const mixNumbers = (environment: Environment): void => {
  const operations: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
    '%': (a, b) => a % b,
  };
  for (const [sign, operation] of Object.entries(operations)) {
    const handler = (a: number | bigint, b: number | bigint) => operation(Number(a), Number(b));
    environment.registerOperator(`double ${sign} int: double`, handler);
    environment.registerOperator(`int ${sign} double: double`, handler);
  }
  environment.registerOperator('double % double: double', (a: number, b: number) => a % b);
};

const environment = new Environment({
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: 500, maxDepth: 32, maxListElements: 200, maxMapEntries: 200, maxCallArguments: 8 },
});
for (const name of [...COMMON, ...LOCAL]) environment.registerVariable(name, WHOLE.has(name) ? 'int' : 'dyn');
mixNumbers(environment);
meter(environment);

export type ResultType = 'any' | 'bool' | 'list' | 'text';

/** A checked expression. `run` is pure, bounded in work (`convert` included) and throws whatever CEL or the meter throws. */
export interface Cel extends Analysis {
  /** How to evaluate it without looking into values, where that can be done. */
  pass?: Pass;
  run: (context: Record<string, unknown>, convert: (result: unknown) => unknown) => unknown;
}

const fits = (type: string, wanted: ResultType): boolean => {
  if (wanted === 'any' || type === 'dyn') return true;
  if (wanted === 'bool') return type === 'bool';
  if (wanted === 'list') return type === 'list' || type.startsWith('list<');
  return !type.includes('bytes');
};

const mistakeOf = (error: unknown): Mistake => {
  const { summary, message, range } = error as ParseError;
  return { message: summary ?? message, offset: range?.start ?? 0 };
};

/** Parses and checks an expression: syntax, names, types. */
export const compileCel = (source: string, wanted: ResultType = 'any'): { cel: Cel } | { mistakes: Mistake[] } => {
  if (source.trim() === '') return { mistakes: [{ message: 'the expression is empty', offset: 0 }] };
  if (source.length > LONGEST) return { mistakes: [{ message: `an expression has at most ${LONGEST} characters`, offset: 0 }] };
  try {
    const parsed = environment.parse(source);
    const checked = parsed.check();
    if (!checked.valid) return { mistakes: [mistakeOf(checked.error)] };
    const found = analyse(parsed.ast);
    if (found.mistakes.length > 0) return { mistakes: found.mistakes };
    const type = checked.type ?? 'dyn';
    if (!fits(type, wanted)) return { mistakes: [{ message: `the expression gives ${type}, not ${wanted}`, offset: 0 }] };
    return { cel: { ...found, pass: passing(parsed.ast), run: (context, convert) => withBudget(() => convert(parsed(context))) } };
  } catch (error) {
    return { mistakes: [mistakeOf(error)] };
  }
};
