import { skillKey, WaggleError, type Fault } from '@waggle/protocol';
import type { CompiledStep } from '../definition/compile.js';
import { skillOf } from '../definition/definition.js';
import type { TaskState } from '../state/state.js';
import { begin } from './begin.js';
import { chooseAgent, priorityOf } from './choose-agent.js';
import type { Draft } from './draft.js';
import { abort, cancelChildren, endFlow, unwaitIfLast } from './end.js';
import { evaluationFault, faultOf, problemsOf } from './fault.js';
import { offered, offerUntil } from './offer.js';
import { affordable, promiseTo } from './money.js';
import { isHeld } from './ready.js';
import { recover, recoveryOf } from './recover.js';
import { mayRetry, retryDelay } from './retry-delay.js';
import { inputOf } from './scope-of.js';
import { isTolerated } from './step-end.js';

/** A task to dispatch: `item` is the index in the list of a forEach. */
export interface Wanted {
  step: CompiledStep;
  taskId: string;
  item?: number;
  /** The next attempt. */
  attempt: number;
}

export const wantedAgain = (draft: Draft, task: TaskState): Wanted => ({
  step: draft.stepOf(task),
  taskId: task.id,
  item: task.item,
  attempt: task.attempt + 1,
});

const wait = (draft: Draft, { step, taskId }: Wanted, why?: 'BUDGET'): void => {
  const { definition } = step;
  const task = draft.state.tasks.get(taskId);
  const skill = task?.skill ?? skillOf(definition)!;
  const reason = why ?? (draft.frozen(skill) ? 'FROZEN' : 'NO_AGENT');
  if (task?.status === 'waiting' && task.waitsFor === reason) return;
  const first = !draft.state.waiting.has(skill);
  const patience = reason !== 'NO_AGENT' ? Infinity : (definition.timeout ?? Infinity);
  const until = Math.min(draft.head.deadline, draft.now + patience, offerUntil(draft, task));
  draft.emit({ type: 'taskWaiting', stepId: definition.id, taskId, reason, skill, until });
  draft.earliest = Math.min(draft.earliest, until);
  if (first) draft.command({ type: 'wait', kind: 'skill', key: skillKey(skill) });
};

/** Gives the next attempt of a task to an agent; without one the task waits, without budget the flow ends. */
export const dispatch = (draft: Draft, wanted: Wanted): void => {
  const { state, head } = draft;
  const { step, taskId, attempt } = wanted;
  const { id: stepId, timeout } = step.definition;
  const task = state.tasks.get(taskId);
  const skill = task?.skill ?? skillOf(step.definition)!;
  if (state.used + state.reserved >= head.tasks) {
    const fault = faultOf('BUDGET_EXCEEDED', `the flow's budget of ${head.tasks} tasks is spent`);
    return endFlow(draft, 'FAILED', { errors: problemsOf(fault, `steps.${stepId}`) });
  }
  const choice = chooseAgent(draft, wanted, skill);
  if (!choice) return poor(draft, skill) ? spent(draft, wanted) : wait(draft, wanted);
  const { offer, because } = choice;
  let input: unknown;
  try {
    input = inputOf(draft, wanted);
  } catch (error) {
    if (error instanceof WaggleError) return failTask(draft, wanted, { fault: evaluationFault(error) });
    draft.wants.note(error);
    // the decision will not stand: it goes on to learn what else is wanted
    if (draft.wants.enough) throw error;
  }
  const priority = priorityOf(draft, wanted, { skill, wanted: task?.priority ?? step.definition.priority ?? head.priority });
  const deadline = Math.min(head.deadline, draft.now + (timeout ?? offer.timeout));
  const waited = state.waiting.has(skill);
  draft.emit({
    type: 'taskDispatched',
    stepId,
    taskId,
    attempt,
    agent: offer.agent,
    priority,
    skill,
    deadline,
    ...promiseTo(draft, offer),
    ...(because && { because }),
  });
  const left = { ...learntOf(draft, wanted), ...task?.left };
  const kind = task?.offer ? { kind: 'handoff' as const } : {};
  draft.command({ type: 'dispatch', agent: offer.agent, priority, taskId, attempt, skill, input, deadline, ...kind, ...left }, [
    input,
    left,
  ]);
  if (task) offered(draft, task);
  draft.given.set(offer.agent, (draft.given.get(offer.agent) ?? 0) + 1);
  draft.earliest = Math.min(draft.earliest, deadline);
  unwaitIfLast(draft, skill, waited);
};

/** Somebody offers the skill, but for more than is left. */
const poor = (draft: Draft, skill: string): boolean =>
  !draft.frozen(skill) && draft.offers(skill).length > 0 && affordable(draft, draft.offers(skill)).length === 0;

/** The task waits for what those at work do not spend; where nothing is at work there is no more to come. */
const spent = (draft: Draft, wanted: Wanted): void => {
  if (draft.state.held > 0) return wait(draft, wanted, 'BUDGET');
  const fault = faultOf('BUDGET_EXCEEDED', `nothing is left of the flow's $${draft.head.cost} for ${wanted.taskId}`);
  endFlow(draft, 'FAILED', { errors: problemsOf(fault, `steps.${wanted.step.definition.id}`) });
};

/** A planner is told why its plan before did not do. */
const learntOf = (draft: Draft, { step, taskId }: Wanted): { workState?: unknown } => {
  const fault = step.definition.plan === undefined ? undefined : draft.state.tasks.get(taskId)?.fault;
  return fault ? { workState: { error: fault } } : {};
};

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
    if (retryAt <= draft.now && !draft.full && !isHeld(draft)) begin(draft, wantedAgain(draft, task));
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
