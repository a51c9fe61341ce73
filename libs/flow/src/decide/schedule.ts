import { WaggleError, type Fault } from '@waggle/protocol';
import type { CompiledStep } from '../definition/compile.js';
import { loadWhole } from '../expression/loader.js';
import { loadRef } from '../expression/loader.js';
import { LIMITS } from '../limits.js';
import type { StepState } from '../state/state.js';
import type { Draft } from './draft.js';
import { endFlow } from './end.js';
import { evaluationFault, problemsOf } from './fault.js';
import { dispatch, wantedAgain } from './task.js';

const failStep = (draft: Draft, step: CompiledStep, fault: Fault): void => {
  const { id: stepId, onFailure } = step.definition;
  draft.emit({ type: 'stepFailed', stepId, fault }, fault);
  if (onFailure === 'fail') endFlow(draft, 'FAILED', { errors: problemsOf(fault, `steps.${stepId}`) });
};

/** The list of a forEach. A list given by reference is looked into, not unwrapped: its items keep theirs. */
const itemsOf = (draft: Draft, step: CompiledStep): unknown[] => {
  const items = loadRef(step.forEach!.evaluate(draft.scope(), draft.load), draft.load);
  const { id } = step.definition;
  if (!Array.isArray(items)) throw new WaggleError('EXPRESSION_FAILED', `forEach of the step "${id}" gave no list`);
  if (items.length > LIMITS.items)
    throw new WaggleError('EXPRESSION_FAILED', `forEach of the step "${id}" gave ${items.length} items; at most ${LIMITS.items}`);
  return items;
};

const open = (draft: Draft, step: CompiledStep): void => {
  const { id: stepId } = step.definition;
  try {
    if (step.when && loadWhole(step.when.evaluate(draft.scope(), draft.load), draft.load) !== true)
      return draft.emit({ type: 'stepSkipped', stepId, reason: `when: ${step.when.source.slice(0, 200)}` });
    if (!step.forEach) return dispatch(draft, { step, taskId: stepId, attempt: 1 });
    const list = itemsOf(draft, step);
    const items = draft.travelling(list) as unknown[];
    draft.emit({ type: 'stepExpanded', stepId, count: list.length, items }, items);
  } catch (error) {
    failStep(draft, step, evaluationFault(error));
  }
};

/** Begins tasks of an open forEach while it may, and ends the step when all its tasks have ended. */
const proceed = (draft: Draft, step: CompiledStep, at: StepState): void => {
  const { id: stepId } = step.definition;
  if (at.completed + at.failed === at.total) {
    if (at.failed === 0) draft.emit({ type: 'stepCompleted', stepId });
    else draft.emit({ type: 'stepFailed', stepId, fault: at.fault! }, at.fault);
    return;
  }
  while (draft.state.todo.has(step.index) && draft.state.phase === 'open' && at.begun < at.total && !draft.full)
    dispatch(draft, { step, taskId: `${stepId}-${at.begun}`, item: at.begun, attempt: 1 });
};

/** Begins and ends steps until there is nothing to do, or no room. */
export const schedule = (draft: Draft): void => {
  const { state } = draft;
  while (state.phase === 'open' && state.todo.size > 0) {
    for (const index of [...state.todo].sort((a, b) => a - b)) {
      if (draft.full) {
        draft.more = true;
        return;
      }
      const step = draft.flow.steps[index]!;
      const at = state.steps[index]!;
      if (state.phase !== 'open') return;
      if (at.status === 'pending') open(draft, step);
      else proceed(draft, step, at);
    }
  }
  if (state.phase === 'open' && state.settled === state.steps.length) complete(draft);
};

/** Tries again for the tasks that wait for an agent. */
export const recheckWaiting = (draft: Draft): void => {
  const { state } = draft;
  for (const skill of [...state.waiting.keys()].sort()) {
    if (draft.offers(skill).length === 0) continue;
    for (const task of [...(state.waiting.get(skill) ?? [])].sort((a, b) => a.order - b.order)) {
      if (state.phase !== 'open') return;
      if (draft.full) {
        draft.more = true;
        return;
      }
      dispatch(draft, wantedAgain(draft, task));
    }
  }
};

const complete = (draft: Draft): void => {
  const { flow } = draft;
  try {
    const scope = draft.scope();
    const output = flow.output
      ? flow.output.render(scope, draft.load)
      : Object.fromEntries(flow.steps.map(({ definition: { id } }) => [id, scope.step(id)?.output ?? null]));
    endFlow(draft, 'COMPLETED', { output: draft.travelling(output) });
  } catch (error) {
    endFlow(draft, 'FAILED', { errors: problemsOf(evaluationFault(error), 'output') });
  }
};
