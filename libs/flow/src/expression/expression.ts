import { WaggleError } from '@waggle/protocol';
import { compileCel, type ResultType } from './cel.js';
import { WHOLE, type Mistake, type Variable } from './analyse.js';
import { loadWhole, MissingValues, type LoadValue } from './loader.js';
import { rootOf } from './passing.js';
import type { Scope } from './scope.js';
import { toJson } from './to-json.js';

/** A compiled expression. */
export interface Expression {
  source: string;
  variables: ReadonlySet<Variable>;
  /** Ids of the steps it reads. */
  steps: ReadonlySet<string>;
  /** JSON out. What only passes values on keeps references. Throws MissingValues, EXPRESSION_FAILED or MESSAGE_TOO_LARGE. */
  evaluate(scope: Scope, load: LoadValue): unknown;
}

/** CEL's view of a step: fields it does not have are missing, so that `has()` tells. */
const stepContext = (scope: Scope, ids: ReadonlySet<string>, load: LoadValue): Record<string, unknown> =>
  Object.fromEntries(
    [...ids].map((id) => {
      const step = scope.step(id);
      return [id, Object.fromEntries(Object.entries(step ?? {}).map(([key, value]) => [key, loadWhole(value, load)]))];
    }),
  );

const contextOf = (scope: Scope, needs: Pick<Expression, 'variables' | 'steps'>, load: LoadValue): Record<string, unknown> => {
  const context: Record<string, unknown> = {};
  for (const variable of needs.variables) {
    if (variable === 'steps') context.steps = stepContext(scope, needs.steps, load);
    else if (WHOLE.has(variable)) context[variable] = BigInt((rootOf(scope, variable) as number | undefined) ?? 0);
    else context[variable] = loadWhole(rootOf(scope, variable), load) ?? null;
  }
  return context;
};

/** Compiles an expression; what it reads is known then, and its syntax, names and types are right. */
export const compileExpression = (source: string, wanted: ResultType = 'any'): { expression: Expression } | { mistakes: Mistake[] } => {
  const compiled = compileCel(source, wanted);
  if ('mistakes' in compiled) return compiled;
  const { pass, variables, steps, run } = compiled.cel;
  const evaluate = (scope: Scope, load: LoadValue): unknown => {
    try {
      return pass ? (pass(scope, load) ?? null) : run(contextOf(scope, { variables, steps }, load), toJson);
    } catch (error) {
      if (error instanceof MissingValues || error instanceof WaggleError) throw error;
      const { summary, message } = error as Error & { summary?: string };
      throw new WaggleError('EXPRESSION_FAILED', `${source.slice(0, 200)}: ${summary ?? message}`);
    }
  };
  return { expression: { source, variables, steps, evaluate } };
};
