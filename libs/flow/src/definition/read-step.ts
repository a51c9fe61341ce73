import { PRIORITIES, TOKEN } from '@waggle/protocol';
import { LIMITS } from '../limits.js';
import { isMany, kindOf, type FlowDefinition, type Repeat, type StepDefinition } from './definition.js';
import { checkSchema } from './input-schema.js';
import { definitionIssue } from './issue.js';
import { readJoin } from './read-join.js';
import { readCompensation, readRecoveries } from './read-recovery.js';
import { DEFAULT_RETRY, readRetry } from './read-retry.js';
import { readUses } from './read-shared.js';
import { readWork } from './read-work.js';
import { given, isRecord, Reader } from './reader.js';

/** Outputs stand under the ids of their steps, and no message may have a field `__proto__`. */
export const NAME = {
  matches: new RegExp(`^(?!__proto__$)${TOKEN.source.slice(1)}`),
  says: '1 to 64 letters, digits, _ or -, and not __proto__',
};
export const TIMES = { min: 1, max: LIMITS.time };

/** What an inner flow is read by: it is a definition again. */
export type ReadFlow = (inner: Reader, name: string) => FlowDefinition;

const readRepeat = (step: Reader): Repeat | undefined => {
  if (step.raw('repeat') === undefined) return undefined;
  const reader = step.inner('repeat');
  const repeat: Repeat = {
    ...given('until', reader.expression('until')),
    maxIterations: reader.whole('maxIterations', { min: 1, max: LIMITS.iterations }) ?? 0,
    otherwise: reader.oneOf('otherwise', ['fail', 'continue']) ?? 'fail',
  };
  if (reader.raw('maxIterations') === undefined) reader.fault('maxIterations', 'maxIterations is missing: every loop has a bound');
  reader.finish();
  return repeat;
};

/** By step a JSON Schema or CEL. */
const readExpects = (step: Reader): StepDefinition['expects'] => {
  const value = step.raw('expects');
  if (value === undefined) return undefined;
  if (!isRecord(value)) return step.fault('expects', 'expects must be an object: by step, a JSON Schema or CEL over output');
  const reader = step.inner('expects');
  const read = Object.entries(value).map(([id, rule]): [string, Record<string, unknown> | string] => {
    if (!isRecord(rule)) return [id, reader.expression(id) ?? ''];
    step.issues.push(...checkSchema(rule, [...step.path, 'expects', id]));
    return [id, rule];
  });
  return Object.fromEntries(read);
};

const readBudget = (step: Reader): StepDefinition['budget'] => {
  if (step.raw('budget') === undefined) return undefined;
  const reader = step.inner('budget');
  const budget = {
    ...given('time', reader.duration('time', TIMES)),
    ...given('tasks', reader.whole('tasks', { min: 1, max: LIMITS.tasks })),
    ...given('cost', reader.amount('cost')),
  };
  reader.finish();
  return budget;
};

/** What does not go together, whatever the expressions say. */
const checkStep = (reader: Reader, step: StepDefinition): void => {
  const kind = kindOf(step);
  const alone = kind === 'wait' || kind === 'check' || kind === 'decide' || kind === 'sync';
  if (alone && step.uses !== undefined) reader.fault('uses', `uses does not go with ${kind}`);
  if (step.forEach !== undefined && step.repeat !== undefined)
    reader.fault('repeat', 'repeat does not go with forEach: put one into a flow');
  for (const field of ['forEach', 'repeat'] as const)
    if (alone && step[field] !== undefined) reader.fault(field, `${field} does not go with ${kind}`);
  if (step.maxParallel !== undefined && step.forEach === undefined) reader.fault('maxParallel', 'maxParallel goes with forEach');
  if (step.join !== 'all' && step.repeat !== undefined) reader.fault('join', 'join does not go with repeat');
  if (step.join !== 'all' && !isMany(step) && (step.needs?.length ?? 0) < 2)
    reader.fault('join', 'join goes with forEach, or with needs of at least two steps');
  if (step.compensate && ['wait', 'check', 'decide'].includes(kind)) reader.fault('compensate', `a ${kind} has nothing to undo`);
  if (step.onError && kind === 'check') reader.fault('onError', 'onError does not go with check');
  if (step.budget !== undefined && !['workflow', 'flow', 'plan'].includes(kind))
    reader.fault('budget', 'budget goes with workflow, flow and plan');
};

const readStep = (reader: Reader, readFlow: ReadFlow): StepDefinition => {
  const id = reader.text('id', { ...NAME, required: true }) ?? '';
  const work = readWork(reader, (inner) => readFlow(inner, id));
  const step: StepDefinition = {
    id,
    ...work,
    ...given('input', reader.raw('input')),
    ...given('when', reader.expression('when')),
    ...given('forEach', reader.expression('forEach')),
    ...given('repeat', readRepeat(reader)),
    ...given('maxParallel', reader.whole('maxParallel', { min: 1, max: LIMITS.items })),
    ...given('needs', reader.texts('needs', { max: LIMITS.steps })),
    ...given('after', reader.texts('after', { max: LIMITS.steps })),
    join: readJoin(reader),
    ...given('expects', readExpects(reader)),
    // the steps of a sub-flow are tried again by themselves
    retry: readRetry(reader.inner('retry'), work.skill === undefined && work.plan === undefined ? 1 : DEFAULT_RETRY.attempts),
    ...given('timeout', reader.duration('timeout', TIMES)),
    ...given('estimate', reader.duration('estimate', TIMES)),
    ...given('within', reader.duration('within', TIMES)),
    ...given('priority', reader.oneOf('priority', PRIORITIES)),
    ...given('budget', readBudget(reader)),
    ...given('uses', readUses(reader)),
    ...given('onError', readRecoveries(reader, readFlow, id)),
    ...given('compensate', readCompensation(reader, readFlow, id)),
    onFailure: reader.oneOf('onFailure', ['fail', 'continue']) ?? 'fail',
  };
  checkStep(reader, step);
  reader.finish();
  return step;
};

/** The steps of a definition, or of another list of them. */
export const readSteps = (flow: Reader, readFlow: ReadFlow, key = 'steps'): StepDefinition[] => {
  const value = flow.raw(key);
  const path = [...flow.path, key];
  if (!Array.isArray(value) || value.length === 0) {
    flow.issues.push(definitionIssue(path, `${key} must be a list of at least one step`));
    return [];
  }
  if (value.length > LIMITS.steps) {
    flow.issues.push(definitionIssue(path, `a flow has at most ${LIMITS.steps} steps`));
    return [];
  }
  return value.flatMap((each: unknown, index) => {
    if (isRecord(each)) return [readStep(new Reader(each, [...path, index], flow.issues), readFlow)];
    flow.issues.push(definitionIssue([...path, index], 'a step must be an object with id and what it does'));
    return [];
  });
};
