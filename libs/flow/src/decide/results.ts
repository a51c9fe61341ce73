import type { TaskResult } from '@waggle/protocol';
import type { TaskState } from '../state/state.js';
import type { Input } from '../types.js';
import type { Draft } from './draft.js';
import { cancelChildren } from './end.js';
import { onEscalate } from './escalate.js';
import { boundFault, faultOf } from './fault.js';
import { accept, onHandoff, returnOffer } from './handoff.js';
import { onDelegated } from './rely.js';
import { costOf, unusable } from './result-bounds.js';
import { cancelTask } from './stop-step.js';
import { onPlan } from './sub-flow-ended.js';
import { failAttempt } from './attempt.js';

/** A result counts only for an agent, task and attempt that was dispatched and has not ended. */
export const onResult = (draft: Draft, input: Extract<Input, { kind: 'result' }>): void => {
  const task = draft.state.tasks.get(input.taskId);
  const { result } = input;
  if (draft.state.phase !== 'open' || !task || !counts(task, input)) return;
  if (draft.state.stopping && !('kind' in result && result.kind === 'completed'))
    return cancelTask(draft, task, { reason: 'CANCELED', ...('kind' in result && { cost: costOf(result) }) });
  if (!('kind' in result && result.kind === 'rejected')) accept(draft, task);
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
      if (task.offer) return returnOffer(draft, task, { fault, cost });
      return failAttempt(draft, task, { fault: { ...fault, retryable: false }, cost, rejected: true });
    }
    case 'handoff':
      return onHandoff(draft, task, result);
    case 'escalate':
      return onEscalate(draft, task, result);
    case 'delegated':
      return onDelegated(draft, task, result);
    default: {
      const unknown: never = result.kind;
      return failAttempt(draft, task, {
        fault: { ...faultOf('INVALID_MESSAGE', `no kind of result: ${String(unknown)}`), retryable: true },
        cost,
      });
    }
  }
};

/** Of the attempt at work; or of one that a pause has stopped, where it was completed all the same. */
const counts = (task: TaskState, { attempt, agent, result }: Extract<Input, { kind: 'result' }>): boolean => {
  if (task.attempt !== attempt || task.agent !== agent) return false;
  if (task.status === 'running') return true;
  const notBegunAgain = task.interrupted === true && (task.status === 'ready' || task.status === 'waiting');
  return notBegunAgain && 'kind' in result && result.kind === 'completed';
};

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
