import { isErrorCode, isoTime, retryable, type Fault, type Problem } from '@waggle/protocol';
import { isRecord } from '../definition/reader.js';
import { issueProblem, validateDefinition } from '../definition/validate.js';
import { loadWhole } from '../expression/loader.js';
import type { ChildState, TaskState } from '../state/state.js';
import type { FlowDefinition, Input } from '../types.js';
import { failAttempt } from './attempt.js';
import { COORDINATOR } from './coordinator.js';
import type { Draft } from './draft.js';
import { failTask } from './fail-task.js';
import { boundProblems, faultOf } from './fault.js';
import { submitChild } from './sub-flow.js';
import { wantedAgain } from './wanted.js';

/** What a planner gave as a definition. */
const planned = (draft: Draft, task: TaskState, output: unknown): { definition: FlowDefinition } | { problems: Problem[] } => {
  const whole = loadWhole(output, draft.load);
  const written = isRecord(whole) ? whole : { steps: whole };
  const validated = validateDefinition({ name: task.id, ...written });
  if ('definition' in validated) return validated;
  return { problems: boundProblems(validated.issues.map((issue) => issueProblem(issue, 'output'))) };
};

/** The planner has answered: its steps are run, or it is told what is wrong with them. */
export const onPlan = (draft: Draft, task: TaskState, { output, cost }: { output: unknown; cost: number }): void => {
  const plan = planned(draft, task, output);
  if ('problems' in plan) {
    const fault = faultOf('INVALID_DEFINITION', 'the plan is not a valid list of steps', plan.problems);
    return failAttempt(draft, task, { fault: { ...fault, retryable: true }, cost });
  }
  const wanted = { ...wantedAgain(draft, task), attempt: task.attempt };
  submitChild(draft, wanted, { asked: { definition: plan.definition }, cost });
};

/** The sub-flow of a task has ended, and with it the task or its attempt. */
export const onSubFlowEnded = (draft: Draft, child: ChildState, input: Extract<Input, { kind: 'childEnded' }>): void => {
  const task = draft.state.tasks.get(child.taskId);
  if (task?.status !== 'delegated' || task.childId !== child.id) return;
  if (input.state !== 'COMPLETED') return failAttempt(draft, task, { fault: faultOfChild(input), cost: 0 });
  if (task.recovering === 'decision') return decided(draft, task, input.output);
  const at = isoTime(draft.now);
  const { id: taskId, attempt } = task;
  draft.emit(
    { type: 'taskCompleted', taskId, attempt, output: input.output, cost: 0, startedAt: at, endedAt: at, instance: COORDINATOR },
    input.output,
  );
};

/** People have said what is to be done about the task's failure. */
const decided = (draft: Draft, task: TaskState, option: unknown): void => {
  const { id: taskId, attempt, fault, step, item } = task;
  if (option !== 'retry')
    return failTask(draft, { step: draft.flow.steps[step]!, taskId, item }, { fault: fault!, skipped: option === 'skip' });
  draft.emit({ type: 'attemptFailed', taskId, attempt, fault: fault!, cost: 0, retryAt: draft.now }, fault);
  draft.earliest = Math.min(draft.earliest, draft.now);
  draft.soon.push(task);
};

const faultOfChild = ({ childId, state, errors = [] }: Extract<Input, { kind: 'childEnded' }>): Fault => {
  const code = errors[0]?.code ?? (state === 'CANCELED' ? 'CANCELED' : 'INTERNAL');
  const message = `the sub-flow ${childId} ended ${state}${errors[0] ? `: ${errors[0].message}` : ''}`;
  return {
    code,
    message: message.slice(0, 512),
    retryable: isErrorCode(code) && retryable(code),
    ...(errors.length > 0 ? { problems: boundProblems(errors) } : {}),
  };
};

/** The sub-flow was refused its share: the task cannot go on. */
export const onSubFlowRefused = (draft: Draft, task: TaskState, code: 'BUDGET_EXCEEDED' | 'HOP_LIMIT'): void =>
  failAttempt(draft, task, { fault: faultOf(code, `nothing of the flow's budget is left for the sub-flow of ${task.id}`), cost: 0 });
