import { PRIORITIES, SKILL_ID, TOKEN } from '@waggle/protocol';
import { LIMITS, sizeOf, tooDeep } from '../limits.js';
import type { FlowDefinition, RetryPolicy, StepDefinition } from '../types.js';
import { checkSchema } from './input-schema.js';
import { definitionIssue, type Issue } from './issue.js';
import { isRecord, Reader } from './reader.js';

export const DEFAULTS = {
  version: '1.0.0',
  budget: { time: 3_600_000, tasks: 10_000 },
  retry: { attempts: 3, backoff: 'exponential', initial: 1000, max: 30_000, jitter: 0.2 } satisfies RetryPolicy as RetryPolicy,
};

const NAME = { matches: TOKEN, says: '1 to 64 letters, digits, _ or -' };
const SKILL = { matches: SKILL_ID, says: 'a skill id such as review.consolidate', required: true };
const TIMES = { min: 1, max: LIMITS.time };

/** `${{ x }}` around a whole expression is allowed and dropped. */
const expression = (reader: Reader, key: string): string | undefined => {
  const value = reader.raw(key);
  if (typeof value === 'boolean') return String(value);
  const text = reader.text(key);
  return text === undefined ? undefined : (/^\s*\$\{\{([\s\S]*)\}\}\s*$/.exec(text)?.[1] ?? text).trim();
};

const readRetry = (reader: Reader): RetryPolicy => {
  const retry: RetryPolicy = {
    attempts: reader.whole('attempts', { min: 1, max: LIMITS.attempts }) ?? DEFAULTS.retry.attempts,
    backoff: reader.oneOf('backoff', ['exponential', 'linear', 'fixed']) ?? DEFAULTS.retry.backoff,
    initial: reader.duration('initial', { min: 0, max: LIMITS.time }) ?? DEFAULTS.retry.initial,
    max: reader.duration('max', { min: 0, max: LIMITS.time }) ?? DEFAULTS.retry.max,
    jitter: reader.part('jitter') ?? DEFAULTS.retry.jitter,
    ...given('retryOn', reader.texts('retryOn', { max: 50 })),
    ...given('noRetryOn', reader.texts('noRetryOn', { max: 50 })),
  };
  reader.finish();
  return retry;
};

const given = <K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, T>);

const readStep = (reader: Reader): StepDefinition => {
  const step: StepDefinition = {
    id: reader.text('id', { ...NAME, required: true }) ?? '',
    skill: reader.text('skill', SKILL) ?? '',
    ...given('input', reader.raw('input')),
    ...given('when', expression(reader, 'when')),
    ...given('forEach', expression(reader, 'forEach')),
    ...given('maxParallel', reader.whole('maxParallel', { min: 1, max: LIMITS.items })),
    ...given('needs', reader.texts('needs', { max: LIMITS.steps })),
    join: reader.oneOf('join', ['all']) ?? 'all',
    retry: readRetry(reader.inner('retry')),
    ...given('timeout', reader.duration('timeout', TIMES)),
    ...given('priority', reader.oneOf('priority', PRIORITIES)),
    onFailure: reader.oneOf('onFailure', ['fail', 'continue']) ?? 'fail',
  };
  if (step.maxParallel !== undefined && step.forEach === undefined) reader.fault('maxParallel', 'maxParallel goes with forEach');
  reader.finish();
  return step;
};

const readSteps = (value: unknown, issues: Issue[]): StepDefinition[] => {
  if (!Array.isArray(value) || value.length === 0) {
    issues.push(definitionIssue(['steps'], 'steps must be a list of at least one step'));
    return [];
  }
  if (value.length > LIMITS.steps) {
    issues.push(definitionIssue(['steps'], `a flow has at most ${LIMITS.steps} steps`));
    return [];
  }
  return value.flatMap((each: unknown, index) => {
    if (isRecord(each)) return [readStep(new Reader(each, ['steps', index], issues))];
    issues.push(definitionIssue(['steps', index], 'a step must be an object with id and skill'));
    return [];
  });
};

/** The shape of a definition: fields, types, ranges, defaults. What the steps say of each other is checked by compiling. */
export const readDefinition = (value: unknown): { definition: FlowDefinition; issues: Issue[] } | { issues: Issue[] } => {
  if (!isRecord(value)) return { issues: [definitionIssue([], 'a definition must be an object with name and steps')] };
  if (tooDeep(value)) return { issues: [definitionIssue([], `a definition nests at most ${LIMITS.depth} levels`)] };
  if (sizeOf(value) > LIMITS.start) return { issues: [definitionIssue([], `a definition has at most ${LIMITS.start} bytes`)] };
  const issues: Issue[] = [];
  const reader = new Reader(value, [], issues);
  const budget = reader.inner('budget');
  const input = reader.raw('input');
  if (input !== undefined) issues.push(...checkSchema(input, ['input']));
  const definition: FlowDefinition = {
    name: reader.text('name', { ...NAME, required: true }) ?? '',
    version: reader.text('version', { matches: /^\d{1,6}(\.\d{1,6}){0,2}$/, says: 'numbers such as 1.0.0, in quotes' }) ?? DEFAULTS.version,
    ...given('description', reader.text('description')),
    ...(isRecord(input) ? { input } : {}),
    budget: {
      time: budget.duration('time', TIMES) ?? DEFAULTS.budget.time,
      tasks: budget.whole('tasks', { min: 1, max: LIMITS.tasks }) ?? DEFAULTS.budget.tasks,
    },
    steps: readSteps(reader.raw('steps'), issues),
    ...given('output', reader.raw('output')),
  };
  budget.finish();
  reader.finish();
  return { definition, issues };
};
