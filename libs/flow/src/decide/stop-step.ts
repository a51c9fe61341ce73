import type { CompiledStep } from '../definition/compile.js';
import type { StepState, TaskState } from '../state/state.js';
import type { Draft } from './draft.js';
import { abort, cancelChildren, unwaitIfLast } from './end.js';
import { spent, untold } from './money.js';
import { failStep } from './step-end.js';
import { leaveWait } from './leave-wait.js';

/** Ends a task without a result: who is at work on it is told to stop. `cost`: what it told of, where it did. */
export const cancelTask = (draft: Draft, task: TaskState, { reason, cost = untold(task) }: { reason: string; cost?: number }): void => {
  if (task.status === 'running') abort(draft, task, reason);
  if (task.ask) draft.command({ type: 'hush', id: task.ask.id });
  cancelChildren(draft, task);
  const waited = task.skill !== undefined && draft.state.waiting.has(task.skill);
  leaveWait(draft, task, () => draft.emit({ type: 'taskCanceled', taskId: task.id, attempt: task.attempt, ...spent(cost) }));
  if (task.skill !== undefined) unwaitIfLast(draft, task.skill, waited);
};

/** Stops what a step that is not needed any more has at work, as much as fits, and then ends it. */
export const stopStep = (draft: Draft, step: CompiledStep, at: StepState): void => {
  const { id: stepId } = step.definition;
  for (const task of [...draft.state.live].filter((each) => each.step === step.index).sort((a, b) => a.order - b.order)) {
    if (draft.full) {
      draft.more = true;
      return;
    }
    cancelTask(draft, task, { reason: 'NOT_NEEDED' });
  }
  const { reason, fault } = at.stopping!;
  if (fault) failStep(draft, step, fault);
  else if (at.joined) draft.emit({ type: 'stepCompleted', stepId });
  else draft.emit({ type: 'stepCanceled', stepId, reason });
};
