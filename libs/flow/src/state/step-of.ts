import { WaggleError } from '@waggle/protocol';
import type { FlowState, StepState } from './state.js';

/** The step of an id that the log names. Throws TRANSITION_UNKNOWN. */
export const stepOf = (state: FlowState, id: string): StepState => {
  const compiled = state.flow?.byId.get(id);
  const step = compiled && state.steps[compiled.index];
  if (!step) throw new WaggleError('TRANSITION_UNKNOWN', `the log names the step "${id}", which its definition has not`);
  return step;
};
