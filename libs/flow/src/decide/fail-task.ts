import type { Fault } from '@waggle/protocol';
import { skillOf } from '../definition/definition.js';
import type { Draft } from './draft.js';
import { endFlow, unwaitIfLast } from './end.js';
import { problemsOf } from './fault.js';
import { isTolerated } from './step-end.js';
import type { Wanted } from './wanted.js';

export interface Failure {
  fault: Fault;
  cost: number;
  /** The agent says that the task is wrong, not that it went wrong. */
  rejected?: boolean;
  /** The agent may be at work still. */
  abort?: string;
  /** The flow goes on without it, as the step says of such failures. */
  skipped?: boolean;
}

/** The end of a task that will not be tried again, and what it does to its step and flow. */
export const failTask = (draft: Draft, wanted: Omit<Wanted, 'attempt'>, failure: Pick<Failure, 'fault' | 'rejected' | 'skipped'>): void => {
  const { fault, rejected, skipped } = failure;
  const { state } = draft;
  const { step, taskId } = wanted;
  const { id: stepId, join, forEach } = step.definition;
  const skill = skillOf(step.definition);
  const waited = skill !== undefined && state.waiting.has(skill);
  const attempt = state.tasks.get(taskId)?.attempt ?? 0;
  draft.emit({ type: 'taskFailed', stepId, taskId, attempt, fault }, fault);
  if (skill !== undefined) unwaitIfLast(draft, skill, waited);
  const settled = !['pending', 'open'].includes(state.steps[step.index]!.status);
  if (settled || skipped || isTolerated(step) || (join !== 'all' && forEach !== undefined)) return;
  draft.emit({ type: 'stepFailed', stepId, fault }, fault);
  endFlow(draft, rejected && draft.head.single ? 'REJECTED' : 'FAILED', { errors: problemsOf(fault, `steps.${stepId}`) });
};
