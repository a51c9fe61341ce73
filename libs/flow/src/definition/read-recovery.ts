import { SEVERITIES, SKILL_ID, TOKEN } from '@waggle/protocol';
import { LIMITS } from '../limits.js';
import type { Compensation, Escalation, Recovery, SideWork } from './definition.js';
import { definitionIssue } from './issue.js';
import { readLadder } from './read-decide.js';
import { readRetry } from './read-retry.js';
import { VERSION } from './read-work.js';
import { given, isRecord, Reader } from './reader.js';
import type { ReadFlow } from './read-step.js';

const TIMES = { min: 1, max: LIMITS.time };
/** What undoes something is worth many tries. */
const COMPENSATION_ATTEMPTS = 10;
const ACTIONS = ['retry', 'skip', 'fail'] as const;
const WORK = ['skill', 'workflow', 'flow'] as const;

const readSideWork = (reader: Reader, readFlow: ReadFlow, name: string): SideWork => {
  const work: SideWork = {
    ...given('skill', reader.text('skill', { matches: SKILL_ID, says: 'a skill id such as review.consolidate' })),
    ...given('workflow', reader.text('workflow', { matches: TOKEN, says: '1 to 64 letters, digits, _ or -' })),
    ...given('version', reader.text('version', { matches: VERSION, says: 'numbers such as 1.0.0, in quotes' })),
    ...given('flow', reader.raw('flow') === undefined ? undefined : readFlow(reader.inner('flow'), name)),
    ...given('input', reader.raw('input')),
    ...given('timeout', reader.duration('timeout', TIMES)),
  };
  if (WORK.filter((kind) => work[kind] !== undefined).length !== 1) reader.fault('skill', `exactly one of ${WORK.join(', ')} is needed`);
  return work;
};

/** `compensate`: what undoes the step. */
export const readCompensation = (step: Reader, readFlow: ReadFlow, id: string): Compensation | undefined => {
  if (step.raw('compensate') === undefined) return undefined;
  const reader = step.inner('compensate');
  const compensation = { ...readSideWork(reader, readFlow, id), retry: readRetry(reader.inner('retry'), COMPENSATION_ATTEMPTS) };
  reader.finish();
  return compensation;
};

/** `onError`: what is done about failures, by their codes. */
export const readRecoveries = (step: Reader, readFlow: ReadFlow, id: string): Recovery[] | undefined =>
  step.list('onError', LIMITS.recoveries)?.flatMap((each, index): Recovery[] => {
    const path = [...step.path, 'onError', index];
    if (!isRecord(each)) {
      step.issues.push(definitionIssue(path, 'what is done about an error must be an object with do or run'));
      return [];
    }
    const reader = new Reader(each, path, step.issues);
    const codes = given('codes', reader.texts('codes', { max: 50 }));
    const action = reader.oneOf('do', [...ACTIONS, 'escalate'] as const);
    const run = reader.raw('run') === undefined ? undefined : readRun(reader.inner('run'), readFlow, id);
    if ((action === undefined) === (run === undefined)) reader.fault('do', 'exactly one of do and run is needed');
    const escalation = action === 'escalate' ? readEscalation(reader) : undefined;
    reader.finish();
    return [
      run !== undefined ? { ...codes, run } : { ...codes, ...(escalation ?? { do: action === 'escalate' ? 'fail' : (action ?? 'fail') }) },
    ];
  });

const readEscalation = (reader: Reader): Escalation => ({
  do: 'escalate',
  severity: reader.oneOf('severity', SEVERITIES) ?? 'high',
  ...given('ladder', readLadder(reader)),
  ...given('default', reader.oneOf('default', ACTIONS)),
  ...given('timeout', reader.duration('timeout', TIMES)),
});

const readRun = (reader: Reader, readFlow: ReadFlow, id: string): SideWork => {
  const work = readSideWork(reader, readFlow, id);
  reader.finish();
  return work;
};
