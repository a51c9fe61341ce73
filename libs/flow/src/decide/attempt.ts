import type { Fault } from '@waggle/protocol';
import type { TaskState } from '../state/state.js';
import type { Draft } from './draft.js';
import { abort, cancelChildren, unwaitIfLast } from './end.js';
import { failTask, type Failure } from './fail-task.js';
import { recover, recoveryOf } from './recover.js';
import { mayRetry, retryDelay } from './retry-delay.js';
import { inputOf } from './scope-of.js';

/** The end of an attempt that did not succeed: another one after a pause, or the end of the task. */
export const failAttempt = (draft: Draft, task: TaskState, failure: Failure): void => {
  const step = draft.stepOf(task);
  const { retry } = step.definition;
  const { fault, cost, rejected = false } = failure;
  if (failure.abort !== undefined) abort(draft, task, failure.abort);
  cancelChildren(draft, task);
  const { id: taskId, attempt } = task;
  const failures = attempt - (task.unfailed ?? 0);
  const recovery = recoveryOf(step, fault)?.recovery;
  const action = recovery && 'do' in recovery ? recovery.do : undefined;
  const again = action === 'retry' ? failures < retry.attempts : action !== 'fail' && !rejected && mayRetry(retry, failures, fault);
  if (again && !task.recovering) {
    const retryAt = draft.now + retryDelay(retry, failures, `${draft.state.flowId}/${taskId}`);
    draft.emit({ type: 'attemptFailed', taskId, attempt, fault, cost, retryAt }, fault);
    draft.earliest = Math.min(draft.earliest, retryAt);
    if (retryAt <= draft.now) draft.soon.push(task);
    return;
  }
  draft.emit({ type: 'attemptFailed', taskId, attempt, fault, cost }, fault);
  if (task.agent !== undefined && (fault.code === 'POISON' || (!rejected && fault.retryable && failures >= retry.attempts)))
    bury(draft, task, fault);
  giveUp(draft, task, failure);
};

/** A task that will not be tried again: recovered, passed over or failed, as its step says. */
export const giveUp = (draft: Draft, task: TaskState, failure: Pick<Failure, 'fault' | 'rejected'>): void => {
  const step = draft.stepOf(task);
  const waited = task.skill !== undefined && draft.state.waiting.has(task.skill);
  if (recover(draft, task, failure.fault)) return unwaitIfLast(draft, task.skill ?? '', waited);
  const recovery = recoveryOf(step, failure.fault)?.recovery;
  const skipped = recovery !== undefined && 'do' in recovery && recovery.do === 'skip';
  failTask(draft, { step, taskId: task.id, item: task.item }, { ...failure, skipped });
};

const bury = (draft: Draft, task: TaskState, fault: Fault): void => {
  const { id: taskId, attempt, agent, skill, earlier, left } = task;
  const step = draft.stepOf(task);
  const input = inputOf(draft, { step, item: task.item });
  const workState = left?.workState === undefined ? {} : { workState: left.workState };
  const before = earlier === undefined ? {} : { earlier };
  const stepId = step.definition.id;
  draft.command({ type: 'deadLetter', agent: agent!, taskId, attempt, skill: skill!, fault, input, stepId, ...before, ...workState }, [
    input,
    workState,
  ]);
};
