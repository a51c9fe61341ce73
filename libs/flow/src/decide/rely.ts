import { isToken, problem, type Problem, type TaskResult } from '@waggle/protocol';
import type { TaskState } from '../state/state.js';
import type { Draft } from './draft.js';
import { cancelChild } from './end.js';
import { faultOf } from './fault.js';
import { costOf, unusable } from './result-bounds.js';
import { failAttempt } from './attempt.js';

/** Child flows that one attempt may wait for. */
const FLOWS = 100;

const readFlows = ({ flows }: Record<string, unknown> = {}): { flows: string[] } | { problems: Problem[] } => {
  const fits = Array.isArray(flows) && flows.length >= 1 && flows.length <= FLOWS && flows.every((each) => isToken(each));
  if (fits) return { flows: [...new Set(flows)] };
  return { problems: [problem('INVALID_MESSAGE', `flows must be ids of 1 to ${FLOWS} child flows`, 'payload.request.flows')] };
};

/** An attempt ended by leaving the work to child flows: the task waits for their ends without a process. Other children are canceled. */
export const onDelegated = (draft: Draft, task: TaskState, result: TaskResult): void => {
  const cost = costOf(result);
  const { request, workState } = result;
  const wrong = unusable({ request, workState });
  if (wrong) return failAttempt(draft, task, { fault: { ...faultOf('MESSAGE_TOO_LARGE', wrong), retryable: false }, cost });
  const read = readFlows(request);
  if ('problems' in read) {
    const fault = faultOf('INVALID_MESSAGE', 'the agent named no child flows to wait for', read.problems);
    return failAttempt(draft, task, { fault: { ...fault, retryable: true }, cost });
  }
  const { flows } = read;
  for (const childId of task.children) if (!flows.includes(childId)) cancelChild(draft, childId);
  const until = draft.head.deadline;
  const { id: taskId, attempt } = task;
  const left = workState === undefined ? {} : { workState };
  draft.emit({ type: 'taskRelies', taskId, attempt, flows, until, cost, ...left }, workState);
  readyIfDone(draft, task);
};

/** Lets the task go on once every flow it waits for has ended, or was never let in. */
export const readyIfDone = (draft: Draft, task: TaskState): void => {
  const { children, refused } = draft.state;
  if (task.status !== 'relying') return;
  if (!task.relies!.every((id) => refused.has(id) || (children.has(id) && children.get(id)!.status !== 'open'))) return;
  draft.emit({ type: 'taskReady', taskId: task.id });
};
