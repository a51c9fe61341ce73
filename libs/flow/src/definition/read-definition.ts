import { LIMITS, sizeOf, tooDeep } from '../limits.js';
import type { FlowDefinition } from './definition.js';
import { checkSchema } from './input-schema.js';
import { definitionIssue, type Issue } from './issue.js';
import { DEFAULT_RETRY } from './read-retry.js';
import { readPhases, readTimeBoxes } from './read-phases.js';
import { readRules } from './read-rules.js';
import { readTriggers } from './read-triggers.js';
import { NAME, readSteps, TIMES } from './read-step.js';
import { VERSION } from './read-work.js';
import { given, isRecord, Reader } from './reader.js';

export const DEFAULTS = {
  version: '1.0.0',
  budget: { time: 3_600_000, tasks: 10_000 },
  retry: DEFAULT_RETRY,
  rollbackTime: 3_600_000,
};

/** `name`: of a definition written in place, the step's id unless it has one of its own. */
export const readFlow = (reader: Reader, name?: string): FlowDefinition => {
  const budget = reader.inner('budget');
  const input = reader.raw('input');
  if (input !== undefined) reader.issues.push(...checkSchema(input, [...reader.path, 'input']));
  const head: Omit<FlowDefinition, 'steps'> = {
    name: reader.text('name', { ...NAME, required: name === undefined }) ?? name ?? '',
    version: reader.text('version', { matches: VERSION, says: 'numbers such as 1.0.0, in quotes' }) ?? DEFAULTS.version,
    ...given('description', reader.text('description')),
    ...(isRecord(input) ? { input } : {}),
    budget: {
      time: budget.duration('time', TIMES) ?? DEFAULTS.budget.time,
      tasks: budget.whole('tasks', { min: 1, max: LIMITS.tasks }) ?? DEFAULTS.budget.tasks,
      ...given('cost', budget.amount('cost')),
    },
    ...given('maxParallelAgents', reader.whole('maxParallelAgents', { min: 1, max: LIMITS.items })),
    ...given('optimize', reader.oneOf('optimize', ['time', 'cost'] as const)),
  };
  const steps = reader.raw('steps') === undefined && reader.raw('phases') !== undefined ? [] : readSteps(reader, readFlow);
  const laidOut = readPhases(reader, readFlow);
  if (steps.length + laidOut.steps.length > LIMITS.steps) reader.fault('phases', `a flow has at most ${LIMITS.steps} steps`);
  const timeBoxes = [...readTimeBoxes(reader), ...laidOut.timeBoxes];
  const definition: FlowDefinition = {
    ...head,
    steps: [...steps, ...laidOut.steps],
    ...given('rollbackOnFailure', reader.flag('rollbackOnFailure')),
    ...given('rollbackOnCancel', reader.flag('rollbackOnCancel')),
    ...given('rollbackTime', reader.duration('rollbackTime', TIMES)),
    ...(timeBoxes.length > 0 ? { timeBoxes } : {}),
    ...given('rules', readRules(reader, readFlow)),
    ...given('on', readTriggers(reader)),
    ...given('output', reader.raw('output')),
  };
  budget.finish();
  reader.finish();
  return definition;
};

/** The shape of a definition: fields, types, ranges, defaults. What the steps say of each other is checked by compiling. */
export const readDefinition = (value: unknown): { definition: FlowDefinition; issues: Issue[] } | { issues: Issue[] } => {
  if (!isRecord(value)) return { issues: [definitionIssue([], 'a definition must be an object with name and steps')] };
  if (tooDeep(value)) return { issues: [definitionIssue([], `a definition nests at most ${LIMITS.depth} levels`)] };
  if (sizeOf(value) > LIMITS.start) return { issues: [definitionIssue([], `a definition has at most ${LIMITS.start} bytes`)] };
  const issues: Issue[] = [];
  return { definition: readFlow(new Reader(value, [], issues)), issues };
};
