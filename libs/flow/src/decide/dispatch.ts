import { skillKey, WaggleError } from '@waggle/protocol';
import { skillOf } from '../definition/definition.js';
import { chooseAgent, priorityOf } from './choose-agent.js';
import type { Draft } from './draft.js';
import { endFlow, unwaitIfLast } from './end.js';
import { failTask } from './fail-task.js';
import { evaluationFault, faultOf, problemsOf } from './fault.js';
import { affordable, isPromised, promiseTo } from './money.js';
import { offered, offerUntil } from './offer.js';
import { inputOf } from './scope-of.js';
import type { Wanted } from './wanted.js';

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
  const priority = priorityOf(draft, { skill, wanted: task?.priority ?? step.definition.priority ?? head.priority });
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
export const poor = (draft: Draft, skill: string): boolean =>
  !draft.frozen(skill) && draft.offers(skill).length > 0 && affordable(draft, draft.offers(skill)).length === 0;

/** The task waits for what those at work do not spend; where nothing is at work there is no more to come. */
const spent = (draft: Draft, wanted: Wanted): void => {
  if (isPromised(draft)) return wait(draft, wanted, 'BUDGET');
  const fault = faultOf('BUDGET_EXCEEDED', `nothing is left of the flow's $${draft.head.cost} for ${wanted.taskId}`);
  endFlow(draft, 'FAILED', { errors: problemsOf(fault, `steps.${wanted.step.definition.id}`) });
};

/** A planner is told why its plan before did not do. */
const learntOf = (draft: Draft, { step, taskId }: Wanted): { workState?: unknown } => {
  const fault = step.definition.plan === undefined ? undefined : draft.state.tasks.get(taskId)?.fault;
  return fault ? { workState: { error: fault } } : {};
};
