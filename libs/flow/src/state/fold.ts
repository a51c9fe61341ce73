import type { Origin, Transition } from '../types.js';
import { apply } from './apply.js';
import { Pen } from './pen.js';
import type { FlowState } from './state.js';

const pen = new Pen();

/** An input by where it came from. */
export const originKey = ({ stream, sequence }: Origin): string => `${stream}:${sequence}`;

/**
 * The state after one more transition of the log. Changes the given state and returns it: keep no other use of
 * it. Total over every log that `decide` writes; throws TRANSITION_UNKNOWN for what a newer engine wrote.
 */
export const fold = (state: FlowState, transition: Transition): FlowState => {
  state.n = transition.n;
  state.at = transition.at;
  for (const event of transition.events) apply(state, event, pen);
  for (const origin of transition.inputs) state.origins.set(originKey(origin), transition.n);
  state.more = transition.more;
  if (!transition.more) state.due = undefined;
  return state;
};

/** The transition that dealt with an input; undefined while none has. */
export const isApplied = (state: FlowState, origin: Origin): number | undefined => state.origins.get(originKey(origin));
