import { LIMITS, sizeOf } from '../limits.js';
import { compileDefinition } from './compile.js';
import type { FlowDefinition, StepDefinition } from './definition.js';
import { definitionIssue, type Issue, type Key } from './issue.js';
import { readFlow } from './read-definition.js';
import { readSteps } from './read-step.js';
import { given, isRecord, Reader } from './reader.js';

/** How the steps of a flow are to change: new ones at the end, others in place of those of their ids, and some to be left out. */
export interface DefinitionChange {
  add?: StepDefinition[];
  replace?: StepDefinition[];
  /** As if their `when` were false. */
  skip?: string[];
}

/** Reads `add`, `replace` (a list, or an object by step) and `skip` of an object. */
export const readChange = (reader: Reader): DefinitionChange => {
  const steps = (key: string, value: unknown): StepDefinition[] | undefined => {
    if (value === undefined) return undefined;
    return readSteps(new Reader({ [key]: value }, reader.path, reader.issues), readFlow, key);
  };
  const replace = reader.raw('replace');
  const listed = isRecord(replace) ? Object.entries(replace).map(([id, step]) => (isRecord(step) ? { id, ...step } : step)) : replace;
  return {
    ...given('add', steps('add', reader.raw('add'))),
    ...given('replace', steps('replace', listed)),
    ...given('skip', reader.texts('skip', { max: LIMITS.steps })),
  };
};

/** A change as somebody wrote it, checked by its shape. `path` is where it stands. */
export const parseChange = (value: unknown, path: Key[] = []): { change: DefinitionChange } | { issues: Issue[] } => {
  if (!isRecord(value)) return { issues: [definitionIssue(path, 'a change must be an object with add, replace or skip')] };
  const reader = new Reader(value, path, []);
  const change = readChange(reader);
  reader.finish();
  if (Object.keys(change).length === 0) reader.issues.push(definitionIssue(path, 'a change has add, replace or skip'));
  return reader.issues.length > 0 ? { issues: reader.issues.slice(0, LIMITS.problems) } : { change };
};

/** The definition after a change; the indices of the steps there stay. */
export const changed = (definition: FlowDefinition, { add = [], replace = [] }: DefinitionChange): FlowDefinition => {
  const by = new Map(replace.map((step) => [step.id, step]));
  return { ...definition, steps: [...definition.steps.map((step) => by.get(step.id) ?? step), ...add] };
};

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
  return compileDefinition(after).issues.map((issue) => ({ ...issue, path: [...path, ...placeOf(issue.path, definition, change)] }));
};

/** Where in the change the step of an issue stands. */
const placeOf = (path: Key[], { steps }: FlowDefinition, { replace = [] }: DefinitionChange): Key[] => {
  const [field, index, ...rest] = path;
  if (field !== 'steps' || typeof index !== 'number') return path;
  if (index >= steps.length) return ['add', index - steps.length, ...rest];
  const { id } = steps[index]!;
  return replace.some((step) => step.id === id) ? ['replace', id, ...rest] : path;
};
