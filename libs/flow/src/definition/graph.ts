import type { CompiledFlow, CompiledStep } from './compile.js';
import { expressionsOf, joinsNeeds, lateExpressionsOf } from './compile-step.js';
import { isMany } from './definition.js';
import type { Expression } from '../expression/expression.js';
import { definitionIssue, type Issue, type Key } from './issue.js';

/** A task id must fit one token of a subject: the step's id, a dash and an index of four digits. */
const LONGEST_OF_MANY = 59;

const checkIds = (flow: CompiledFlow, at: Key[]): Issue[] => {
  const first = new Map<string, number>();
  const issues: Issue[] = [];
  for (const { definition: step, index } of flow.steps) {
    const path: Key[] = [...at, 'steps', index, 'id'];
    if (step.id === '') continue;
    const before = first.get(step.id);
    if (before !== undefined) issues.push(definitionIssue(path, `the id "${step.id}" is that of steps[${before}] already`));
    else first.set(step.id, index);
    if (isMany(step) && step.id.length > LONGEST_OF_MANY)
      issues.push(definitionIssue(path, `the id of a step with forEach or repeat has at most ${LONGEST_OF_MANY} characters`));
    const list = /^(.+)-(?:0|[1-9]\d{0,3})$/.exec(step.id)?.[1];
    const maker = list === undefined ? undefined : flow.byId.get(list);
    if (maker && isMany(maker.definition))
      issues.push(definitionIssue(path, `the id "${step.id}" would be that of a task of the step "${list}"`));
  }
  return issues;
};

const unknown = (id: string, flow: CompiledFlow): string =>
  `there is no step "${id.slice(0, 64)}"; there are ${[...flow.byId.keys()].slice(0, 20).join(', ')}`;

/** Fills in the edges, from `needs`, `expects` and what the expressions read. */
const link = (flow: CompiledFlow, at: Key[]): Issue[] => {
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
    const path: Key[] = [...at, 'steps', step.index];
    const { needs = [], after = [], expects = {} } = step.definition;
    needs.forEach((id, index) => edge(step, id, (message) => definitionIssue([...path, 'needs', index], message)));
    if (joinsNeeds(step.definition)) step.members = [...step.dependencies];
    after.forEach((id, index) => edge(step, id, (message) => definitionIssue([...path, 'after', index], message)));
    for (const id of Object.keys(expects)) edge(step, id, (message) => definitionIssue([...path, 'expects', id], message));
    for (const [expression, field] of expressionsOf(step))
      for (const id of expression.steps) edge(step, id, inExpression(expression, id, [...path, field]));
  }
  for (const step of flow.steps)
    for (const [expression, field] of lateExpressionsOf(step))
      for (const id of expression.steps)
        if (!flow.byId.has(id)) issues.push(inExpression(expression, id, [...at, 'steps', step.index, field])(unknown(id, flow)));
  for (const step of flow.steps)
    step.tolerated = step.dependents.length > 0 && step.dependents.every((index) => flow.steps[index]!.members.includes(step.index));
  for (const expression of flow.output?.expressions ?? [])
    for (const id of expression.steps)
      if (!flow.byId.has(id)) issues.push(inExpression(expression, id, [...at, 'output'])(unknown(id, flow)));
  return issues;
};

/** Steps that can never begin, for they wait for each other. */
const cycles = (flow: CompiledFlow, at: Key[]): Issue[] => {
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
  for (let next = [...open.keys()][0]!; !ring.includes(next); next = flow.steps[next]!.dependencies.find((index) => open.has(index))!)
    ring.push(next);
  const [last] = ring.slice(-1);
  const start = ring.findIndex((index) => flow.steps[last!]!.dependencies.includes(index));
  const names = ring.slice(start).map((index) => flow.steps[index]!.definition.id);
  return [
    definitionIssue([...at, 'steps', ring[start]!], `these steps wait for each other in a circle: ${names.join(' -> ')} -> ${names[0]}`),
  ];
};

/** Names and edges of a flow: everything that would keep a step from ever running, or two tasks from having names of their own. */
export const checkGraph = (flow: CompiledFlow, path: Key[]): Issue[] => {
  const issues = [...checkIds(flow, path), ...link(flow, path)];
  return issues.length > 0 ? issues : cycles(flow, path);
};
