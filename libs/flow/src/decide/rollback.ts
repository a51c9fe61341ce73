import { createHash } from 'node:crypto';
import { problem, type Problem } from '@waggle/protocol';
import type { CompiledStep } from '../definition/compile.js';
import type { FlowDefinition, StepDefinition } from '../definition/definition.js';
import { DEFAULTS } from '../definition/read-definition.js';
import { loadWhole } from '../expression/loader.js';
import { isRecord } from '../definition/reader.js';
import { LIMITS } from '../limits.js';
import type { TaskState } from '../state/state.js';
import type { Input } from '../types.js';
import type { Draft } from './draft.js';
import { boundProblems, evaluationFault } from './fault.js';
import { scopeOf } from './scope-of.js';
import { COORDINATOR } from './coordinator.js';

/** The parent's task that the rollback is, for its child: no step has a space in its id. */
export const ROLLBACK_TASK = 'rollback';

/** Where a problem says that a step could not be undone. */
export const undoPath = (stepId: string): string => `steps.${stepId}.compensate`;

const failed = (stepId: string, why: string): Problem =>
  problem('COMPENSATION_FAILED', `what ${stepId} did is not undone: ${why}`, undoPath(stepId));

/** A step whose tasks are to be undone, the last first. */
interface Undone {
  step: CompiledStep;
  tasks: TaskState[];
}

/** What has been done and can be undone, the step that ended last first. */
const undoable = ({ state, flow }: Draft): Undone[] => {
  const bySteps = new Map<number, TaskState[]>();
  for (const task of state.tasks.values())
    if (task.status === 'completed' && flow.steps[task.step]!.definition.compensate)
      bySteps.set(task.step, [...(bySteps.get(task.step) ?? []), task]);
  const last = ({ tasks: [task] }: Undone): number => task?.ended ?? 0;
  return [...bySteps]
    .map(([index, tasks]) => ({ step: flow.steps[index]!, tasks: tasks.sort((a, b) => (b.ended ?? 0) - (a.ended ?? 0)) }))
    .sort((a, b) => last(b) - last(a));
};

const inputsOf = (draft: Draft, { step, tasks }: Undone): unknown[] =>
  tasks.map((task) => {
    const output = draft.state.steps[step.index]!.outputs[task.item ?? 0] ?? null;
    if (!step.compensate) return output;
    const scope = scopeOf(draft, step, task.item);
    return step.compensate.render({ ...scope, local: { ...scope.local, output } }, draft.load);
  });

/** Without what is not there. */
const written = <T extends object>(work: T): T => JSON.parse(JSON.stringify(work)) as T;

/** One step after the other, each for every task of the step it undoes, one after the other. */
const definitionOf = (undone: readonly Undone[], time: number): FlowDefinition => {
  const steps = undone.map(({ step }, index): StepDefinition => {
    const { retry, skill, workflow, version, flow, timeout } = step.definition.compensate!;
    return {
      id: `undo-${index}`,
      ...written({ skill, workflow, version, flow, timeout }),
      forEach: `input[${JSON.stringify(step.definition.id)}]`,
      maxParallel: 1,
      input: '${{ item }}',
      ...(index > 0 ? { after: [`undo-${index - 1}`] } : {}),
      join: 'all',
      retry,
      onFailure: 'continue',
    };
  });
  const states = undone.map(({ step }, index) => [step.definition.id, `\${{ steps["undo-${index}"].state }}`]);
  return { name: 'rollback', version: '1.0.0', budget: { time, tasks: LIMITS.tasks }, steps, output: Object.fromEntries(states) };
};

const isWanted = ({ state, flow }: Draft): boolean => {
  const { rollbackOnFailure = true, rollbackOnCancel = false } = flow.definition;
  return state.ending?.state === 'FAILED' ? rollbackOnFailure : state.ending?.state === 'CANCELED' && rollbackOnCancel;
};

/**
 * Undoes what a flow that fails has done, in the reverse order of its completion, before its outcome is said. The work is
 * a flow of its own with a budget of its own: the failed one may have none left. True: the outcome must wait.
 */
export const rollBack = (draft: Draft): boolean => {
  const { state, now, head } = draft;
  if (state.rollback) return isAtWork(draft);
  const undone = isWanted(draft) ? undoable(draft) : [];
  if (undone.length === 0) return false;
  const problems: Problem[] = [];
  const inputs = undone.flatMap((each): [Undone, unknown][] => {
    try {
      return [[each, draft.travelling(inputsOf(draft, each))]];
    } catch (error) {
      const { message } = evaluationFault(error);
      problems.push(failed(each.step.definition.id, message));
      return [];
    }
  });
  const time = draft.flow.definition.rollbackTime ?? DEFAULTS.rollbackTime;
  const definition = definitionOf(
    inputs.map(([each]) => each),
    time,
  );
  const childId = `c-${createHash('sha256')
    .update(JSON.stringify(['rollback', state.flowId]))
    .digest('hex')
    .slice(0, 40)}`;
  const steps = inputs.map(([{ step }]) => step.definition.id);
  const values = inputs.map(([{ step }, list]) => [step.definition.id, list] as const);
  draft.emit({ type: 'rollbackBegun', childId, steps, problems: boundProblems(problems), due: now + time });
  if (steps.length === 0) {
    draft.emit({ type: 'rollbackEnded', problems: [] });
    return false;
  }
  const submission = {
    definition,
    input: Object.fromEntries(values),
    priority: head.priority,
    parent: { flowId: state.flowId, taskId: ROLLBACK_TASK, attempt: 1 },
  };
  draft.command({ type: 'submitChild', childId, submission }, submission);
  draft.earliest = Math.min(draft.earliest, now + time);
  return true;
};

/** A rollback that does not end in its time, the grace for saying so included, is given up: the outcome tells of it. */
const isAtWork = (draft: Draft): boolean => {
  const { rollback, due = 0 } = draft.state;
  if (rollback!.status === 'ended') return false;
  if (due < rollback!.due) return true;
  const problems = rollback!.steps.map((id) => failed(id, 'the time for it is over'));
  draft.command({ type: 'cancelChild', childId: rollback!.childId, owner: COORDINATOR });
  draft.emit({ type: 'rollbackEnded', problems: boundProblems(problems) });
  return false;
};

/** The rollback asks to begin: it is granted what it needs, outside of the budget of what failed. */
export const onRollbackReserve = (draft: Draft, { childId, agent, taskId }: Extract<Input, { kind: 'childReserve' }>): boolean => {
  const { rollback } = draft.state;
  if (rollback?.childId !== childId || rollback.status === 'ended' || taskId !== ROLLBACK_TASK || agent !== COORDINATOR) return false;
  const hop = draft.head.hop + 1;
  draft.emit({ type: 'childReserved', childId, agent, taskId, attempt: 1, tasks: 0, deadline: rollback.due, hop });
  return true;
};

export const onRollbackEnded = (
  draft: Draft,
  { childId, state, output, errors, cost }: Extract<Input, { kind: 'childEnded' }>,
): boolean => {
  const { rollback } = draft.state;
  if (rollback?.childId !== childId || rollback.status === 'ended') return false;
  draft.emit({ type: 'childEnded', childId, state, cost, attempts: 0 });
  const states = state === 'COMPLETED' ? loadWhole(output, draft.load) : undefined;
  const ends = isRecord(states) ? states : {};
  const why = errors?.[0]?.message ?? 'it failed for good: see its dead letter';
  const problems = rollback.steps.filter((id) => ends[id] !== 'COMPLETED').map((id) => failed(id, why));
  draft.emit({ type: 'rollbackEnded', problems: boundProblems(problems) });
  return true;
};
