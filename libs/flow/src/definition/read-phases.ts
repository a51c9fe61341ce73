import { LIMITS } from '../limits.js';
import type { StepDefinition, TimeBox } from './definition.js';
import { definitionIssue } from './issue.js';
import { DEFAULT_RETRY } from './read-retry.js';
import { NAME, readSteps, TIMES, type ReadFlow } from './read-step.js';
import { given, isRecord, Reader } from './reader.js';

/** What phases are made of: steps, each phase ending in a check named like it, and time boxes. */
export interface LaidOut {
  steps: StepDefinition[];
  timeBoxes: TimeBox[];
}

const both = (phase: string | undefined, step: string | undefined): string | undefined =>
  phase === undefined ? step : step === undefined ? phase : `(${phase}) && (${step})`;

interface Phase {
  id: string;
  sequential: boolean;
  timeout?: number;
  when?: string;
  gate?: string;
  steps: StepDefinition[];
}

const readPhase = (reader: Reader, readFlow: ReadFlow): Phase => {
  const phase: Phase = {
    id: reader.text('id', { ...NAME, required: true }) ?? '',
    sequential: (reader.oneOf('mode', ['parallel', 'sequential']) ?? 'parallel') === 'sequential',
    ...given('timeout', reader.duration('timeout', TIMES)),
    ...given('when', reader.expression('when')),
    ...given('gate', reader.expression('gate')),
    steps: readSteps(reader, readFlow),
  };
  reader.finish();
  return phase;
};

/** The steps of a phase in their order, and the check that ends it: the next phase waits for that. */
const layOut = ({ id, sequential, when, gate = 'true', steps }: Phase, before: string | undefined): StepDefinition[] => {
  const ordered = steps.map((step, index): StepDefinition => {
    const previous = sequential && index > 0 ? steps[index - 1]!.id : before;
    const after = [...(step.after ?? []), ...(previous === undefined ? [] : [previous])];
    return { ...step, ...(after.length > 0 ? { after } : {}), ...given('when', both(when, step.when)) };
  });
  const end: StepDefinition = {
    id,
    check: gate,
    ...given('when', when),
    after: steps.map((step) => step.id),
    join: 'all',
    retry: { ...DEFAULT_RETRY, attempts: 1 },
    onFailure: 'fail',
  };
  return [...ordered, end];
};

/** `phases`: one after the other, the steps of each at once or one after the other. */
export const readPhases = (flow: Reader, readFlow: ReadFlow): LaidOut => {
  const laidOut: LaidOut = { steps: [], timeBoxes: [] };
  let before: string | undefined;
  for (const [index, each] of (flow.list('phases', LIMITS.steps) ?? []).entries()) {
    const path = [...flow.path, 'phases', index];
    if (!isRecord(each)) {
      flow.issues.push(definitionIssue(path, 'a phase must be an object with id and steps'));
      continue;
    }
    const phase = readPhase(new Reader(each, path, flow.issues), readFlow);
    laidOut.steps.push(...layOut(phase, before));
    if (phase.timeout !== undefined) {
      const steps = [...phase.steps.map((step) => step.id), phase.id];
      laidOut.timeBoxes.push({ id: phase.id, after: before === undefined ? [] : [before], steps, time: phase.timeout });
    }
    before = phase.id;
  }
  return laidOut;
};

/** `timeBoxes`: steps that must have ended so long after others have. */
export const readTimeBoxes = (flow: Reader): TimeBox[] =>
  (flow.list('timeBoxes', LIMITS.steps) ?? []).flatMap((each, index): TimeBox[] => {
    const path = [...flow.path, 'timeBoxes', index];
    if (!isRecord(each)) {
      flow.issues.push(definitionIssue(path, 'a time box must be an object with id, steps and time'));
      return [];
    }
    const reader = new Reader(each, path, flow.issues);
    const box: TimeBox = {
      id: reader.text('id', { ...NAME, required: true }) ?? '',
      after: reader.texts('after', { max: LIMITS.steps }) ?? [],
      steps: reader.texts('steps', { max: LIMITS.steps }) ?? [],
      time: reader.duration('time', TIMES) ?? 0,
    };
    if (box.steps.length === 0) reader.fault('steps', 'steps must be a list of at least one step');
    if (reader.raw('time') === undefined) reader.fault('time', 'time is missing');
    reader.finish();
    return [box];
  });
