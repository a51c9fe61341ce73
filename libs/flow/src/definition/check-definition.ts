import { LIMITS, sizeOf } from '../limits.js';
import { changed, type DefinitionChange } from './change.js';
import { compileDefinition, type CompiledFlow } from './compile.js';
import type { FlowDefinition, StepDefinition } from './definition.js';
import { definitionIssue, type Issue, type Key } from './issue.js';

/** Everything that is wrong with a definition of the right shape: what would keep it, or a flow in it, from compiling, and what its rules would make of it. */
export const checkDefinition = (definition: FlowDefinition, path: Key[] = []): Issue[] => {
  const { flow, issues } = compileDefinition(definition, path);
  const all = [...issues, ...definition.steps.flatMap((step, index) => checkInner(step, [...path, 'steps', index]))];
  return all.length > 0 ? all : checkRules(flow, path);
};

/** The flows written in a step. */
const checkInner = ({ flow, compensate, onError = [] }: StepDefinition, path: Key[]): Issue[] => {
  const inner: [FlowDefinition | undefined, Key[]][] = [
    [flow, ['flow']],
    [compensate?.flow, ['compensate', 'flow']],
    ...onError.map((each, index): [FlowDefinition | undefined, Key[]] => [
      'run' in each ? each.run.flow : undefined,
      ['onError', index, 'run', 'flow'],
    ]),
  ];
  return inner.flatMap(([each, at]) => (each ? checkDefinition(each, [...path, ...at]) : []));
};

/** Each rule on its own must leave a flow that can run. */
const checkRules = ({ definition, rules, byId }: CompiledFlow, path: Key[]): Issue[] =>
  rules.flatMap(({ definition: rule, waits }, index) => {
    const at = [...path, 'rules', index];
    const unknown = waits.filter((id) => !byId.has(id)).map((id) => definitionIssue(at, `there is no step "${id.slice(0, 64)}"`));
    const double = rules.findIndex((each) => each.definition.id === rule.id) < index;
    const same = double ? [definitionIssue([...at, 'id'], `the id "${rule.id}" is that of another rule`)] : [];
    return [...unknown, ...same, ...(unknown.length > 0 ? [] : checkChange(definition, rule, at))];
  });

/** What is wrong with a change, whatever has happened in the flow. */
export const checkChange = (definition: FlowDefinition, change: DefinitionChange, path: Key[] = []): Issue[] => {
  const ids = new Set(definition.steps.map(({ id }) => id));
  const named = [...(change.replace ?? []).map(({ id }) => ['replace', id]), ...(change.skip ?? []).map((id) => ['skip', id])];
  const issues = named
    .filter(([, id]) => !ids.has(id!))
    .map(([field, id]) => definitionIssue([...path, field!], `there is no step "${id!.slice(0, 64)}" to ${field}`));
  if (issues.length > 0) return issues;
  const after = changed(definition, change);
  if (after.steps.length > LIMITS.steps) return [definitionIssue(path, `a flow has at most ${LIMITS.steps} steps`)];
  if (sizeOf(after) > LIMITS.start) return [definitionIssue(path, `a definition has at most ${LIMITS.start} bytes`)];
  const inner = [...(change.add ?? []), ...(change.replace ?? [])].flatMap((step) =>
    checkInner(step, ['steps', after.steps.findIndex(({ id }) => id === step.id)]),
  );
  return [...compileDefinition(after).issues, ...inner].map((issue) => ({
    ...issue,
    path: [...path, ...placeOf(issue.path, definition, change)],
  }));
};

/** Where in the change the step of an issue stands. */
const placeOf = (path: Key[], { steps }: FlowDefinition, { replace = [] }: DefinitionChange): Key[] => {
  const [field, index, ...rest] = path;
  if (field !== 'steps' || typeof index !== 'number') return path;
  if (index >= steps.length) return ['add', index - steps.length, ...rest];
  const { id } = steps[index]!;
  return replace.some((step) => step.id === id) ? ['replace', id, ...rest] : path;
};
