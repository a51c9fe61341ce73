import type { ASTNode } from '@marcbachmann/cel-js';

/** What an expression may name everywhere. */
export const COMMON = ['input', 'steps', 'flow'] as const;
/** What it may name in some places only: `item` and `index` where a list is gone through, and so on. */
export const LOCAL = ['item', 'index', 'iteration', 'last', 'output', 'agent', 'event', 'joined', 'error'] as const;
export type LocalVariable = (typeof LOCAL)[number];
export type Variable = (typeof COMMON)[number] | LocalVariable;
const VARIABLES: ReadonlySet<string> = new Set<Variable>([...COMMON, ...LOCAL]);
/** CEL has whole numbers of its own kind for these. */
export const WHOLE: ReadonlySet<Variable> = new Set<Variable>(['index', 'iteration']);
const STEP_FIELDS = new Set(['output', 'state', 'error']);

/** Regular expressions run without a bound. */
const REFUSED = new Set(['matches']);

export type Key = string | number;
/** An expression that only walks to a value: `steps.plan.output.shards[0]`. */
export interface Path {
  root: Variable;
  keys: Key[];
}

export interface Mistake {
  message: string;
  /** Characters from the expression's beginning. */
  offset: number;
}

export interface Analysis {
  variables: Set<Variable>;
  steps: Set<string>;
  mistakes: Mistake[];
}

const literal = (node: ASTNode): Key | undefined => {
  if (node.op !== 'value') return undefined;
  if (typeof node.args === 'string') return node.args;
  return typeof node.args === 'bigint' && node.args >= 0n && node.args < 1_000_000n ? Number(node.args) : undefined;
};

export const pathOf = (node: ASTNode): Path | undefined => {
  if (node.op === 'id') return VARIABLES.has(node.args) ? { root: node.args as Variable, keys: [] } : undefined;
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const parent = pathOf(node.args[0]);
  const key = node.op === '.' ? node.args[1] : literal(node.args[1]);
  return parent && key !== undefined ? { root: parent.root, keys: [...parent.keys, key] } : undefined;
};

const childrenOf = (node: ASTNode): ASTNode[] => {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
};

/** The names of a macro's own variables: they hide ours in its arguments. */
const bound = (node: ASTNode): string[] =>
  node.op === 'rcall' && node.args[2].length > 1 && node.args[2][0]?.op === 'id' ? [node.args[2][0].args] : [];

/** What an expression reads, and every name it gets wrong that the type checker does not see. */
export const analyse = (root: ASTNode): Analysis => {
  const found: Analysis = { variables: new Set(), steps: new Set(), mistakes: [] };
  const fault = (node: ASTNode, message: string) => found.mistakes.push({ message, offset: node.start });

  const stepAccess = (path: Path, node: ASTNode): void => {
    const [id, field] = path.keys;
    if (typeof id !== 'string') return void fault(node, 'name the step: steps.<id>.output');
    found.steps.add(id);
    if (field === undefined) fault(node, `say what of the step: steps.${id}.output, .state or .error`);
    else if (!STEP_FIELDS.has(String(field))) fault(node, `a step has output, state and error, not "${field}"`);
  };

  const visit = (node: ASTNode, hidden: ReadonlySet<string>): void => {
    const path = pathOf(node);
    if (path && !hidden.has(path.root)) {
      found.variables.add(path.root);
      if (path.root === 'steps') stepAccess(path, node);
      if (path.root === 'flow' && path.keys[0] !== 'id') fault(node, 'of the flow there is flow.id only');
      return;
    }
    if ((node.op === 'rcall' || node.op === 'call') && REFUSED.has(node.args[0]))
      fault(node, `${node.args[0]}() is not available: a pattern can take for ever on the wrong text`);
    const names = bound(node);
    const inner = names.length > 0 ? new Set([...hidden, ...names]) : hidden;
    for (const child of childrenOf(node)) {
      const underOwnName = names.length > 0 && child !== (node.args as unknown[])[1];
      visit(child, underOwnName ? inner : hidden);
    }
  };
  visit(root, new Set());
  return found;
};
