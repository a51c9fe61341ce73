import type { CompiledFlow, CompiledStep } from './compile.js';
import type { Expression } from '../expression/expression.js';
import { definitionIssue, type Issue, type Key } from './issue.js';

/** A task id must fit one token of a subject: the step's id, a dash and an index of four digits. */
const LONGEST_FOR_EACH = 59;

const checkIds = (flow: CompiledFlow): Issue[] => {
  const first = new Map<string, number>();
  const issues: Issue[] = [];
  for (const { definition: step, index } of flow.steps) {
    const path: Key[] = ['steps', index, 'id'];
    if (step.id === '') continue;
    const before = first.get(step.id);
    if (before !== undefined) issues.push(definitionIssue(path, `the id "${step.id}" is that of steps[${before}] already`));
    else first.set(step.id, index);
    if (step.forEach !== undefined && step.id.length > LONGEST_FOR_EACH)
      issues.push(definitionIssue(path, `the id of a step with forEach has at most ${LONGEST_FOR_EACH} characters`));
    const list = /^(.+)-(?:0|[1-9]\d{0,3})$/.exec(step.id)?.[1];
    if (list !== undefined && flow.byId.get(list)?.definition.forEach !== undefined)
      issues.push(definitionIssue(path, `the id "${step.id}" would be that of a task of the step "${list}"`));
  }
  return issues;
};

const reads = (step: CompiledStep): [Expression, string][] => [
  ...(step.when ? [[step.when, 'when'] as [Expression, string]] : []),
  ...(step.forEach ? [[step.forEach, 'forEach'] as [Expression, string]] : []),
  ...step.input.expressions.map((each): [Expression, string] => [each, 'input']),
];

const unknown = (id: string, flow: CompiledFlow): string =>
  `there is no step "${id.slice(0, 64)}"; there are ${[...flow.byId.keys()].slice(0, 20).join(', ')}`;

/** Fills in the edges, from `needs` and from what the expressions read. */
const link = (flow: CompiledFlow): Issue[] => {
  const issues: Issue[] = [];
  const drawn = new Set<string>();
  const edge = (from: CompiledStep, id: string, fault: (message: string) => Issue): void => {
    const to = flow.byId.get(id);
    if (!to) issues.push(fault(unknown(id, flow)));
    else if (to === from) issues.push(fault(`the step "${id}" cannot wait for itself`));
    else if (!drawn.has(`${from.index} ${to.index}`)) {
      drawn.add(`${from.index} ${to.index}`);
      from.dependencies.push(to.index);
      to.dependents.push(from.index);
    }
  };
  const inExpression =
    ({ source }: Expression, id: string, path: Key[]) =>
    (message: string): Issue => ({
      code: 'INVALID_EXPRESSION',
      path,
      message,
      within: { expression: source, offset: Math.max(0, source.indexOf(id)) },
    });
  for (const step of flow.steps) {
    step.definition.needs?.forEach((id, at) => edge(step, id, (message) => definitionIssue(['steps', step.index, 'needs', at], message)));
    for (const [expression, field] of reads(step))
      for (const id of expression.steps) edge(step, id, inExpression(expression, id, ['steps', step.index, field]));
  }
  for (const expression of flow.output?.expressions ?? [])
    for (const id of expression.steps) if (!flow.byId.has(id)) issues.push(inExpression(expression, id, ['output'])(unknown(id, flow)));
  return issues;
};

/** Steps that can never begin, for they wait for each other. */
const cycles = (flow: CompiledFlow): Issue[] => {
  const open = new Map(flow.steps.map((step) => [step.index, step.dependencies.length]));
  const free = flow.steps.filter((step) => step.dependencies.length === 0).map((step) => step.index);
  for (let index = free.pop(); index !== undefined; index = free.pop()) {
    open.delete(index);
    for (const next of flow.steps[index]!.dependents) {
      const left = open.get(next)! - 1;
      open.set(next, left);
      if (left === 0) free.push(next);
    }
  }
  if (open.size === 0) return [];
  const ring: number[] = [];
  for (let at = [...open.keys()][0]!; !ring.includes(at); at = flow.steps[at]!.dependencies.find((index) => open.has(index))!)
    ring.push(at);
  const [last] = ring.slice(-1);
  const start = ring.findIndex((index) => flow.steps[last!]!.dependencies.includes(index));
  const names = ring.slice(start).map((index) => flow.steps[index]!.definition.id);
  return [definitionIssue(['steps', ring[start]!], `these steps wait for each other in a circle: ${names.join(' -> ')} -> ${names[0]}`)];
};

/** Names and edges of a flow: everything that would keep a step from ever running, or two tasks from having names of their own. */
export const checkGraph = (flow: CompiledFlow): Issue[] => {
  const issues = [...checkIds(flow), ...link(flow)];
  return issues.length > 0 ? issues : cycles(flow);
};
