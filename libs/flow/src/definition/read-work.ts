import { SKILL_ID, TOKEN } from '@waggle/protocol';
import { LIMITS } from '../limits.js';
import { STEP_KINDS, type FlowDefinition, type StepWork, type Wait } from './definition.js';
import { readDecide } from './read-decide.js';
import { readSync } from './read-shared.js';
import { given, isRecord, type Reader } from './reader.js';

const TOKEN_RULE = { matches: TOKEN, says: '1 to 64 letters, digits, _ or -' };
const SKILL = { matches: SKILL_ID, says: 'a skill id such as review.consolidate' };
export const VERSION = /^\d{1,6}(\.\d{1,6}){0,2}$/;

const WAITS = ['for', 'until', 'event', 'signal'] as const;

const readWait = (step: Reader): Wait | undefined => {
  const value = step.raw('wait');
  if (value === undefined) return undefined;
  const kinds = isRecord(value) ? WAITS.filter((kind) => value[kind] !== undefined) : [];
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    step.fault('wait', `wait must be an object with exactly one of ${WAITS.join(', ')}`);
    return { for: 0 };
  }
  const reader = step.inner('wait');
  const wait = readKind(reader, kind);
  reader.finish();
  return wait;
};

const readKind = (reader: Reader, kind: (typeof WAITS)[number]): Wait => {
  if (kind === 'for') return { for: reader.duration('for', { min: 0, max: LIMITS.time }) ?? 0 };
  if (kind === 'until') return { until: reader.expression('until') ?? '' };
  if (kind === 'signal') return { signal: reader.text('signal', TOKEN_RULE) ?? '' };
  const event = reader.inner('event');
  const read = {
    source: event.text('source', { ...TOKEN_RULE, required: true }) ?? '',
    type: event.text('type', { ...TOKEN_RULE, required: true }) ?? '',
    ...given('filter', event.expression('filter')),
  };
  event.finish();
  return { event: read };
};

/** What a step does: exactly one kind. `readFlow` reads a definition written in place. */
export const readWork = (reader: Reader, readFlow: (inner: Reader) => FlowDefinition): StepWork => {
  const flow = reader.raw('flow') === undefined ? undefined : readFlow(reader.inner('flow'));
  const work: StepWork = {
    ...given('skill', reader.text('skill', SKILL)),
    ...given('workflow', reader.text('workflow', TOKEN_RULE)),
    ...given('version', reader.text('version', { matches: VERSION, says: 'numbers such as 1.0.0, in quotes' })),
    ...given('flow', flow),
    ...given('plan', reader.text('plan', SKILL)),
    ...given('wait', readWait(reader)),
    ...given('check', reader.expression('check')),
    ...given('decide', readDecide(reader)),
    ...given('sync', readSync(reader)),
  };
  const kinds = STEP_KINDS.filter((kind) => reader.raw(kind) !== undefined);
  if (kinds.length !== 1) {
    if (kinds.length === 0) reader.fault('skill', `a step has one of ${STEP_KINDS.join(', ')}`);
    for (const kind of kinds.slice(1))
      reader.fault(kind, `${kind} does not go with ${kinds[0]}: a step has exactly one of ${STEP_KINDS.join(', ')}`);
  }
  if (work.version !== undefined && work.workflow === undefined) reader.fault('version', 'version goes with workflow');
  return work;
};
