import type { FlowEvent } from '../types.js';
import type { Pen } from './pen.js';
import type { FlowState, StepState } from './state.js';
import { stepOf } from './step-of.js';

type StepEvent = Extract<
  FlowEvent,
  { type: 'stepExpanded' | 'stepSkipped' | 'stepJoined' | 'stepStopped' | 'stepCanceled' | 'stepCompleted' | 'stepFailed' }
>;

export const settle = (state: FlowState, step: StepState, pen: Pen): void => {
  pen.remove(state.todo, step.index);
  pen.bump(state, 'settled');
  for (const index of state.flow!.steps[step.index]!.dependents) {
    const next = state.steps[index]!;
    if (!state.flow!.steps[index]!.members.includes(step.index)) pen.bump(next, 'unmet', -1);
    if (next.unmet === 0 && next.status === 'pending') pen.add(state.todo, index);
  }
};

/** What expressions see as the output of a step: one value, or the list of its tasks' where all or a quorum of them are asked for. */
const outputOf = (state: FlowState, step: StepState): unknown => {
  const { forEach, repeat, join } = state.flow!.steps[step.index]!.definition;
  if (repeat !== undefined) return step.outputs[step.begun - 1] ?? null;
  if (forEach === undefined) return step.outputs[0] ?? null;
  if (join === 'all' || 'quorum' in join) return step.outputs.slice();
  const [chosen] = step.joined ?? [];
  return typeof chosen === 'number' ? (step.outputs[chosen] ?? null) : null;
};

export const applyStep = (state: FlowState, event: StepEvent, pen: Pen): void => {
  const step = stepOf(state, event.stepId);
  switch (event.type) {
    case 'stepExpanded':
      pen.set(step, 'status', 'open');
      pen.set(step, 'total', event.count);
      pen.set(step, 'outputs', new Array(event.count).fill(null));
      return pen.set(step, 'items', event.items);
    case 'stepJoined':
      pen.set(step, 'joined', event.chosen);
      pen.add(state.todo, step.index);
      if (step.status === 'open' && event.rest === 'cancel') pen.set(step, 'stopping', { reason: 'joined' });
      return;
    case 'stepStopped':
      pen.set(step, 'stopping', { reason: event.reason, ...(event.fault ? { fault: event.fault } : {}) });
      return pen.add(state.todo, step.index);
    case 'stepSkipped':
      pen.set(step, 'status', 'skipped');
      return settle(state, step, pen);
    case 'stepCanceled':
      pen.set(step, 'status', 'canceled');
      return settle(state, step, pen);
    case 'stepCompleted':
      pen.set(step, 'status', 'completed');
      pen.set(step, 'output', outputOf(state, step));
      return settle(state, step, pen);
    case 'stepFailed':
      pen.set(step, 'status', 'failed');
      pen.set(step, 'fault', event.fault);
      pen.set(step, 'output', outputOf(state, step));
      return settle(state, step, pen);
    default:
      return event satisfies never;
  }
};
