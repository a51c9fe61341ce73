import { changed } from '../definition/change.js';
import { compile } from '../definition/compile.js';
import type { CompiledFlow, CompiledStep } from '../definition/compile.js';
import type { FlowEvent } from '../types.js';
import { settle } from './apply-step.js';
import type { Pen } from './pen.js';
import type { FlowState, StepState } from './state.js';
import { stepOf } from './step-of.js';

/** Whether a step has ended, however. */
export const isSettled = ({ status }: Pick<StepState, 'status'>): boolean => status !== 'pending' && status !== 'open';

/** A step that has not begun. */
export const pendingStep = ({ index, dependencies, members }: CompiledStep, ended: (index: number) => boolean): StepState => ({
  index,
  status: 'pending',
  unmet: dependencies.filter((each) => !members.includes(each) && !ended(each)).length,
  total: 0,
  begun: 0,
  completed: 0,
  failed: 0,
  retries: 0,
  granted: 0,
  outputs: [],
});

/** Only steps that have not begun change: whatever has happened stays as it was. */
export const applyDefinition = (state: FlowState, event: Extract<FlowEvent, { type: 'definitionChanged' }>, pen: Pen): void => {
  const before = state.flow!;
  const flow: CompiledFlow = compile(changed(before.definition, event));
  const fresh = new Set([...(event.replace ?? []), ...(event.add ?? [])].map(({ id }) => flow.byId.get(id)!.index));
  const ended = (index: number): boolean => index < state.steps.length && isSettled(state.steps[index]!);
  const steps = flow.steps.map((step) => (fresh.has(step.index) ? pendingStep(step, ended) : state.steps[step.index]!));
  pen.bump(state, 'changes');
  pen.set(state, 'flow', flow);
  pen.set(state, 'steps', steps);
  for (const index of fresh) {
    if (steps[index]!.unmet === 0) pen.add(state.todo, index);
    else pen.remove(state.todo, index);
  }
  for (const id of event.skip ?? []) {
    const step = stepOf(state, id);
    pen.set(step, 'status', 'skipped');
    settle(state, step, pen);
  }
};
