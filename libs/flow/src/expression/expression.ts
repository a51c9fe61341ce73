import { WaggleError } from '@waggle/protocol';
import { compileCel, type ResultType } from './cel.js';
import type { Key, Mistake, Path, Variable } from './analyse.js';
import { loadRef, loadWhole, MissingValues, type LoadValue } from './loader.js';
import type { Scope } from './scope.js';
import { toJson } from './to-json.js';

/** A compiled expression. */
export interface Expression {
  source: string;
  variables: ReadonlySet<Variable>;
  /** Ids of the steps it reads. */
  steps: ReadonlySet<string>;
  /** JSON out. A bare path keeps references. Throws MissingValues, EXPRESSION_FAILED or MESSAGE_TOO_LARGE. */
  evaluate(scope: Scope, load: LoadValue): unknown;
}

const rootOf = (scope: Scope, root: Variable): unknown => {
  switch (root) {
    case 'input':
      return scope.input;
    case 'item':
      return scope.item;
    case 'index':
      return scope.index;
    case 'flow':
      return { id: scope.flowId };
    case 'steps':
      return undefined;
    default:
      return root satisfies never;
  }
};

const walk = (path: Path, scope: Scope, load: LoadValue): unknown => {
  const [first, ...rest] = path.keys;
  let value = path.root === 'steps' ? scope.step(String(first)) : rootOf(scope, path.root);
  let name: string = path.root === 'steps' ? `steps.${first}` : path.root;
  for (const key of path.root === 'steps' ? rest : path.keys) {
    value = member(loadRef(value, load), key, name);
    name += typeof key === 'number' ? `[${key}]` : `.${key}`;
  }
  return value;
};

const member = (value: unknown, key: Key, name: string): unknown => {
  if (typeof value === 'object' && value !== null) {
    if (Array.isArray(value)) {
      if (typeof key === 'number' && key < value.length) return value[key];
    } else if (typeof key === 'string' && Object.hasOwn(value, key)) return (value as Record<string, unknown>)[key];
  }
  throw new WaggleError('EXPRESSION_FAILED', `${name} has no ${typeof key === 'number' ? `element ${key}` : `field "${key}"`}`);
};

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
    else if (variable === 'index') context.index = BigInt(scope.index ?? 0);
    else context[variable] = loadWhole(rootOf(scope, variable), load) ?? null;
  }
  return context;
};

/** Compiles an expression; what it reads is known then, and its syntax, names and types are right. */
export const compileExpression = (source: string, wanted: ResultType = 'any'): { expression: Expression } | { mistakes: Mistake[] } => {
  const compiled = compileCel(source, wanted);
  if ('mistakes' in compiled) return compiled;
  const { path, variables, steps, run } = compiled.cel;
  const evaluate = (scope: Scope, load: LoadValue): unknown => {
    try {
      return path ? (walk(path, scope, load) ?? null) : run(contextOf(scope, { variables, steps }, load), toJson);
    } catch (error) {
      if (error instanceof MissingValues || error instanceof WaggleError) throw error;
      const { summary, message } = error as Error & { summary?: string };
      throw new WaggleError('EXPRESSION_FAILED', `${source.slice(0, 200)}: ${summary ?? message}`);
    }
  };
  return { expression: { source, variables, steps, evaluate } };
};
