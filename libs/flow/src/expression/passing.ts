import type { ASTNode } from '@marcbachmann/cel-js';
import { WaggleError } from '@waggle/protocol';
import { pathOf, type Key, type Path, type Variable } from './analyse.js';
import { loadRef, type LoadValue } from './loader.js';
import type { Scope } from './scope.js';

/** Evaluates an expression that looks into no value but on the way to another: references in what it gives stay. */
export type Pass = (scope: Scope, load: LoadValue) => unknown;

/** The value of a variable, as it is in the log. */
export const rootOf = (scope: Scope, root: Variable): unknown => {
  switch (root) {
    case 'input':
      return scope.input;
    case 'flow':
      return { id: scope.flowId };
    case 'steps':
      return undefined;
    default:
      return scope.local?.[root];
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

const constant = (node: ASTNode): { value: unknown } | undefined => {
  if (node.op !== 'value') return undefined;
  if (typeof node.args === 'bigint') return Number.isSafeInteger(Number(node.args)) ? { value: Number(node.args) } : undefined;
  return typeof node.args === 'object' && node.args !== null ? undefined : { value: node.args };
};

const isList = (node: ASTNode): boolean => node.op === 'list' || (node.op === '+' && node.args.some(isList));

const asList = (value: unknown, load: LoadValue): unknown[] => {
  const list = loadRef(value, load);
  if (Array.isArray(list)) return list;
  throw new WaggleError('EXPRESSION_FAILED', 'only a list can be added to a list');
};

/**
 * An expression of nothing but paths, literals, lists and objects of such, and sums of lists; undefined for any
 * other. So `steps.debt.output + [steps.more.output]` moves no value through the coordinator.
 */
export const passing = (node: ASTNode): Pass | undefined => {
  const path = pathOf(node);
  if (path) return (scope, load) => walk(path, scope, load);
  const fixed = constant(node);
  if (fixed) return () => fixed.value;
  if (node.op === 'list') {
    const parts = node.args.map(passing);
    return parts.every((part) => part !== undefined) ? (scope, load) => parts.map((part) => part(scope, load) ?? null) : undefined;
  }
  if (node.op === 'map') {
    const parts = node.args.map(([key, value]) => [constant(key)?.value, passing(value)] as const);
    if (!parts.every((part): part is readonly [string, Pass] => typeof part[0] === 'string' && part[1] !== undefined)) return undefined;
    return (scope, load) => Object.fromEntries(parts.map(([key, value]) => [key, value(scope, load) ?? null]));
  }
  if (node.op !== '+' || !isList(node)) return undefined;
  const [left, right] = [passing(node.args[0]), passing(node.args[1])];
  return left && right ? (scope, load) => [...asList(left(scope, load), load), ...asList(right(scope, load), load)] : undefined;
};
