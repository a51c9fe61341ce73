import { createHash } from 'node:crypto';
import { WaggleError } from '@waggle/protocol';
import { LIMITS } from '../limits.js';
import type { CompiledStep } from '../definition/compile.js';
import type { StepState, TaskState } from '../state/state.js';
import type { SideWork, Submission } from '../types.js';
import type { Draft } from './draft.js';
import { failTask } from './fail-task.js';
import { evaluationFault, faultOf } from './fault.js';
import { inputOf } from './scope-of.js';
import { wantedAgain, type Wanted } from './wanted.js';

/** The id of the sub-flow of an attempt: made of what is recorded, so that asking again after a crash finds it. */
const childIdOf = (flowId: string, taskId: string, attempt: number): string =>
  `c-${createHash('sha256')
    .update(JSON.stringify(['sub-flow', flowId, taskId, attempt]))
    .digest('hex')
    .slice(0, 40)}`;

/** Attempts that nobody has yet. */
const tasksLeft = ({ state, head }: Draft): number => head.tasks - state.used - state.reserved;

/**
 * Whether a step may ask for one more sub-flow: no more at once than can get a share, else flows that begin themselves ask
 * for many times what their budget allows, and each asking is work for all.
 */
export const mayAsk = (draft: Draft, { definition }: CompiledStep, { begun, granted, completed, failed }: StepState): boolean => {
  if (definition.workflow === undefined && definition.flow === undefined) return true;
  return begun - Math.max(granted, completed + failed) < Math.min(LIMITS.askedFor, Math.max(1, tasksLeft(draft)));
};

/** Begins a task whose work is a flow of its own. */
export const delegate = (draft: Draft, wanted: Wanted): void => {
  if (tasksLeft(draft) <= 0)
    return failTask(draft, wanted, {
      fault: faultOf('BUDGET_EXCEEDED', `nothing of the flow's budget is left for the sub-flow of ${wanted.taskId}`),
    });
  const { workflow, version, flow } = wanted.step.definition;
  const asked = flow ? { definition: flow } : { workflow, ...(version === undefined ? {} : { version }) };
  submitChild(draft, wanted, { asked, cost: 0 });
};

interface Delegation {
  asked: Pick<Submission, 'definition' | 'workflow' | 'version' | 'skill' | 'timeout'>;
  /** What the attempt has cost already. */
  cost: number;
  /** The input of what is run about a failure; `decides`: its output is what is to be done. */
  recovery?: { input: unknown; decides?: boolean };
}

/** Submits the sub-flow that a task goes on as. */
export const submitChild = (draft: Draft, wanted: Wanted, { asked, cost, recovery }: Delegation): void => {
  const { state, head, now } = draft;
  const { step, taskId, attempt } = wanted;
  const { id: stepId, timeout = Infinity, budget } = step.definition;
  if (head.hop >= LIMITS.hops) return failTask(draft, wanted, { fault: faultOf('HOP_LIMIT', `at most ${LIMITS.hops} flows deep`) });
  let input: unknown;
  try {
    input = recovery ? recovery.input : inputOf(draft, wanted);
  } catch (error) {
    if (error instanceof WaggleError) return failTask(draft, wanted, { fault: evaluationFault(error) });
    draft.wants.note(error);
    if (draft.wants.enough) throw error;
  }
  const childId = childIdOf(state.flowId, taskId, attempt);
  const time = recovery ? (asked.timeout ?? Infinity) : Math.min(timeout, budget?.time ?? Infinity);
  const deadline = Math.min(head.deadline, now + time);
  const recovers = recovery ? { recovers: recovery.decides ? ('decision' as const) : ('run' as const) } : {};
  draft.emit({ type: 'taskDelegated', stepId, taskId, attempt, childId, deadline, cost, ...recovers });
  const submission = {
    ...asked,
    ...(input === undefined ? {} : { input }),
    priority: step.definition.priority ?? head.priority,
    parent: { flowId: state.flowId, taskId, attempt },
  };
  draft.command({ type: 'submitChild', childId, submission }, { input, definition: asked.definition });
  draft.earliest = Math.min(draft.earliest, deadline);
};

/** Runs what a step says about a failure as the task's next attempt. */
export const recoverBy = (
  draft: Draft,
  task: TaskState,
  { work, ...recovery }: { work: SideWork; input: unknown; decides?: boolean },
): void => {
  const { skill, workflow, version, flow, timeout } = work;
  const asked = JSON.parse(JSON.stringify({ skill, workflow, version, definition: flow, timeout })) as Delegation['asked'];
  submitChild(draft, wantedAgain(draft, task), { asked, cost: 0, recovery });
};

/** Sub-flows of the same step that have no share yet, this one included. */
export const toComeOf = ({ state }: Draft, task: TaskState): number => {
  const { total, granted } = state.steps[task.step]!;
  return Math.max(1, total - granted);
};

/** Attempts that a sub-flow is granted: what it asks for, out of what is left, shared with those of its step that are still to come and with the rest of the flow. */
export const shareOf = (draft: Draft, task: TaskState, asked: number): number => {
  const left = tasksLeft(draft);
  const own = draft.stepOf(task).definition.budget?.tasks;
  if (own !== undefined) return Math.min(own, asked);
  return Math.min(asked, Math.max(1, Math.floor(left / (toComeOf(draft, task) + 1))));
};
