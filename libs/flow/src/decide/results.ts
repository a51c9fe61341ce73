import type { TaskResult } from '@waggle/protocol';
import { LIMITS, sizeOf, tooDeep } from '../limits.js';
import type { TaskState } from '../state/state.js';
import type { Input } from '../types.js';
import type { Draft } from './draft.js';
import { cancelChildren } from './end.js';
import { boundFault, faultOf } from './fault.js';
import { onPlan } from './sub-flow.js';
import { failAttempt } from './task.js';

/** A result counts only for an agent, task and attempt that was dispatched and has not ended. */
export const onResult = (draft: Draft, input: Extract<Input, { kind: 'result' }>): void => {
  const task = draft.state.tasks.get(input.taskId);
  if (draft.state.phase !== 'open' || task?.status !== 'running') return;
  if (task.attempt !== input.attempt || task.agent !== input.agent) return;
  const { result } = input;
  if ('problems' in result) {
    const fault = faultOf('INVALID_MESSAGE', 'the agent sent a malformed result', result.problems);
    return failAttempt(draft, task, { fault: { ...fault, retryable: true }, cost: 0 });
  }
  const cost = costOf(result);
  switch (result.kind) {
    case 'completed':
      return complete(draft, task, result);
    case 'failed':
      return failAttempt(draft, task, { fault: boundFault(result.error ?? faultOf('INTERNAL', 'the agent gave no reason')), cost });
    case 'rejected': {
      const fault = boundFault(result.error ?? faultOf('INVALID_INPUT', 'the agent gave no reason'));
      return failAttempt(draft, task, { fault: { ...fault, retryable: false }, cost, rejected: true });
    }
    case 'handoff':
    case 'escalate':
    case 'delegated':
      return failAttempt(draft, task, { fault: faultOf('UNSUPPORTED', `a result of the kind ${result.kind} is not supported yet`), cost });
    default: {
      const unknown: never = result.kind;
      return failAttempt(draft, task, {
        fault: { ...faultOf('INVALID_MESSAGE', `no kind of result: ${String(unknown)}`), retryable: true },
        cost,
      });
    }
  }
};

const costOf = ({ cost }: TaskResult): number => (cost !== undefined && Number.isFinite(cost) && cost > 0 ? cost : 0);

const complete = (draft: Draft, task: TaskState, result: TaskResult): void => {
  const cost = costOf(result);
  const { output, artifacts, startedAt, endedAt, instance } = result;
  const { id: taskId, attempt } = task;
  const wrong = unusable({ output, artifacts });
  if (wrong) return failAttempt(draft, task, { fault: { ...faultOf('MESSAGE_TOO_LARGE', wrong), retryable: false }, cost });
  cancelChildren(draft, task);
  if (draft.stepOf(task).definition.plan !== undefined) return onPlan(draft, task, { output, cost });
  const kept = artifacts && artifacts.length > 0 ? { artifacts } : {};
  draft.emit({ type: 'taskCompleted', taskId, attempt, output, ...kept, cost, startedAt, endedAt, instance }, output);
};

/** Agents store large values by reference; one that does not must not fill the flow's log. */
const unusable = (value: unknown): string | undefined => {
  if (tooDeep(value, LIMITS.depth + 1)) return `the output nests deeper than ${LIMITS.depth} levels`;
  const size = sizeOf(value);
  return size > LIMITS.value ? `the output of ${size} bytes should have been stored by reference` : undefined;
};
