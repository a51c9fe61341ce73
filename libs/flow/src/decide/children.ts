import { LIMITS } from '../limits.js';
import type { FlowState, Refusal, TaskState } from '../state/state.js';
import type { Input, Reservation } from '../types.js';
import type { Draft } from './draft.js';
import { onRollbackEnded, onRollbackReserve } from './rollback.js';
import { moneyFor } from './money.js';
import { readyIfDone } from './rely.js';
import { COORDINATOR } from './coordinator.js';
import { shareOf, toComeOf } from './sub-flow.js';
import { onSubFlowEnded, onSubFlowRefused } from './sub-flow-ended.js';

/** Refusals that a log records; what asks on is refused without. */
const RECORDED = 1000;

/** A child flow of one of this flow's attempts asks to begin: a part of the budget is set aside for it, or not. */
export const onChildReserve = (draft: Draft, input: Extract<Input, { kind: 'childReserve' }>): void => {
  const { state } = draft;
  const { childId, agent, taskId, attempt, tasks } = input;
  if (!state.children.has(childId) && onRollbackReserve(draft, input)) return;
  if (state.phase !== 'open' || state.children.has(childId) || state.refused.has(childId)) return;
  const task = state.tasks.get(taskId);
  const hop = draft.head.hop + 1;
  const refuse = (code: Refusal): void => {
    // what a stranger asks for is refused too, but must not stand in the way of who asks for the same by right
    if (agent !== COORDINATOR && agent !== task?.agent) return;
    if (state.refused.size < RECORDED) draft.emit({ type: 'childRefused', childId, code });
  };
  if (task === undefined || task.attempt !== attempt || !asksFor(task, input)) return refuse('PARENT_ENDED');
  const own = task.childId === childId;
  const granted = own ? shareOf(draft, task, tasks) : tasks;
  const money = moneyFor(draft, own ? { limit: draft.stepOf(task).definition.budget?.cost, toCome: toComeOf(draft, task) } : { toCome: 1 });
  const fits = state.used + state.reserved + granted <= draft.head.tasks;
  const crowded = task.children.length >= LIMITS.children;
  const code = hop > LIMITS.hops ? 'HOP_LIMIT' : fits && !crowded ? undefined : 'BUDGET_EXCEEDED';
  if (code === undefined)
    return draft.emit({
      type: 'childReserved',
      childId,
      agent,
      taskId,
      attempt,
      tasks: granted,
      ...money,
      deadline: deadlineFor(draft, task, input),
      hop,
    });
  refuse(code);
  readyIfDone(draft, task);
  if (own) onSubFlowRefused(draft, task, code);
};

/** A child that its attempt does not stay for may take as long as the flow has. */
const deadlineFor = (draft: Draft, task: TaskState, { delegated }: Extract<Input, { kind: 'childReserve' }>): number =>
  delegated ? draft.head.deadline : task.due;

/** Whether the one who asks works on the attempt: the agent it was given to, or the coordinator for the sub-flow that it is. */
const asksFor = (task: TaskState, { agent, childId }: Extract<Input, { kind: 'childReserve' }>): boolean => {
  if (task.status === 'delegated') return agent === COORDINATOR && task.childId === childId;
  return task.agent === agent && (task.status === 'running' || (task.status === 'relying' && task.relies!.includes(childId)));
};

/** The child's end returns what it did not use. */
export const onChildEnded = (draft: Draft, input: Extract<Input, { kind: 'childEnded' }>): void => {
  const { childId, state, cost, attempts } = input;
  const child = draft.state.children.get(childId);
  if (onRollbackEnded(draft, input)) return;
  if (draft.state.phase !== 'open' || !child || child.status === 'ended') return;
  draft.emit({ type: 'childEnded', childId, state, cost, attempts: Math.min(attempts, child.tasks) });
  onSubFlowEnded(draft, child, input);
  const task = draft.state.tasks.get(child.taskId);
  if (task) readyIfDone(draft, task);
};

/**
 * What this flow granted to a child that asked, for the child's own first decision; undefined while it has not
 * been asked, or asked too often.
 */
export const reservationOf = (state: FlowState, childId: string): Reservation | undefined => {
  const child = state.children.get(childId);
  const rollback = state.rollback?.childId === childId && state.rollback.status === 'open';
  if (child?.status === 'open' && (state.phase === 'open' || rollback)) {
    const { agent, tasks, cost, deadline, hop } = child;
    return { granted: true, agent, tasks: rollback ? LIMITS.tasks : tasks, ...(cost === undefined ? {} : { cost }), deadline, hop };
  }
  const code = state.refused.get(childId);
  if (code) return { granted: false, code };
  return child || state.phase !== 'open' ? { granted: false, code: 'PARENT_ENDED' } : undefined;
};
