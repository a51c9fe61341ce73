import type { Environment } from '@marcbachmann/cel-js';

/** Work one evaluation may do, in visited nodes and touched values. */
const BUDGET = 1_000_000;

interface Node {
  op: string;
  args: unknown;
  evaluate(evaluator: Evaluator, node: unknown, context: unknown): unknown;
}
interface Evaluator {
  run(node: Node, context: unknown): unknown;
}

/** These look at no more than they are given; all others may walk through whole values, which they are charged for. */
const LIGHT = new Set(['id', '.', '[]', 'value', '?:', '||', '&&', '!_', 'accuValue', 'accuInc', 'accuPush', 'comprehension']);

/** Their bodies are visited for each element; a list they are still filling must not be measured. */
const MACROS = new Set(['all', 'exists', 'exists_one', 'map', 'filter', 'bind', 'has']);

const sizes = new WeakMap<object, number>();

/** How many values a walk through this one meets, shared parts counted each time. */
const extent = (value: unknown): number => {
  if (typeof value === 'string') return 1 + (value.length >> 4);
  if (typeof value !== 'object' || value === null) return 1;
  const known = sizes.get(value);
  if (known !== undefined) return known;
  let sum = 1;
  for (const inner of value instanceof Map ? value.values() : Object.values(value)) sum += extent(inner);
  sizes.set(value, sum);
  return sum;
};

export class TooCostly extends Error {
  constructor() {
    super('the expression does too much work');
  }
}

let left = 0;
let charging = false;

/** Takes its work from what the running evaluation has left; throws `TooCostly` when that is nothing. */
export const charge = (work: number): void => {
  left -= work;
  if (left < 0) throw new TooCostly();
};

function run(this: Evaluator, node: Node, context: unknown): unknown {
  charge(1);
  const asked = charging;
  const macro = node.op === 'rcall' || node.op === 'call' ? MACROS.has((node.args as [string])[0]) : false;
  const heavy = !LIGHT.has(node.op);
  charging = heavy && !macro;
  const result = node.evaluate(this, node, context);
  charging = asked;
  if (asked || (heavy && typeof result === 'object')) charge(extent(result));
  else if (heavy && typeof result === 'string') charge(result.length >> 4);
  return result;
}

/**
 * Makes the expressions of an environment stop with `TooCostly` instead of running long: CEL always ends, but nested
 * macros and doubled values may take ages to. The evaluator visits every node through its own `run`, which is
 * replaced here (ADR 0004).
 */
export const meter = (environment: Environment): void => {
  const probe = environment.parse('true');
  probe.check();
  const node = probe.ast as unknown as Node;
  node.evaluate = (evaluator) => {
    evaluator.run = run;
    return true;
  };
  probe();
};

/** One evaluation with a full budget; what CEL's logic swallowed of `TooCostly` is raised at the end. */
export const withBudget = <T>(evaluate: () => T): T => {
  left = BUDGET;
  charging = false;
  const result = evaluate();
  if (left < 0) throw new TooCostly();
  return result;
};
