import { LIMITS } from '../limits.js';
import type { FlowDefinition, StepDefinition } from './definition.js';
import { readSteps, type ReadFlow } from './read-step.js';
import { given, isRecord, Reader } from './reader.js';

/** How the steps of a flow are to change: new ones at the end, others in place of those of their ids, and some to be left out. */
export interface DefinitionChange {
  add?: StepDefinition[];
  replace?: StepDefinition[];
  /** As if their `when` were false. */
  skip?: string[];
}

/** Reads `add`, `replace` (a list, or an object by step) and `skip`, which may have another name, of an object. */
export const readChange = (reader: Reader, readFlow: ReadFlow, skip = 'skip'): DefinitionChange => {
  const steps = (key: string, value: unknown): StepDefinition[] | undefined => {
    if (value === undefined) return undefined;
    return readSteps(new Reader({ [key]: value }, reader.path, reader.issues), readFlow, key);
  };
  const replace = reader.raw('replace');
  const listed = isRecord(replace) ? Object.entries(replace).map(([id, step]) => (isRecord(step) ? { id, ...step } : step)) : replace;
  return {
    ...given('add', steps('add', reader.raw('add'))),
    ...given('replace', steps('replace', listed)),
    ...given('skip', reader.texts(skip, { max: LIMITS.steps })),
  };
};

/** The definition after a change; the indices of the steps there stay. */
export const changed = (definition: FlowDefinition, { add = [], replace = [] }: DefinitionChange): FlowDefinition => {
  const by = new Map(replace.map((step) => [step.id, step]));
  return { ...definition, steps: [...definition.steps.map((step) => by.get(step.id) ?? step), ...add] };
};
