import { originKey } from '../state/fold.js';
import type { FlowState } from '../state/state.js';
import type { Decision, Facts, Input } from '../types.js';
import { onChildEnded, onChildReserve } from './children.js';
import { armTimer, meetDeadlines, onTimer } from './deadlines.js';
import { Draft } from './draft.js';
import { finishEnding } from './finish.js';
import { onAnswer } from './escalate.js';
import { onAccepted } from './handoff.js';
import { interruptRunning, stopGently } from './pause.js';
import { isHeld } from './held.js';
import { beginReady, beginSoon } from './ready.js';
import { onResult } from './results.js';
import { restore } from './restore.js';
import { reap, recheckWaiting, schedule } from './schedule.js';
import { onSignal } from './signals.js';
import { onSubmit } from './submit.js';

const take = (draft: Draft, input: Input): void => {
  switch (input.kind) {
    case 'submit':
      return onSubmit(draft, input);
    case 'signal':
      return onSignal(draft, input);
    case 'result':
      return onResult(draft, input);
    case 'timer':
      return onTimer(draft, input);
    case 'childReserve':
      return onChildReserve(draft, input);
    case 'childEnded':
      return onChildEnded(draft, input);
    case 'answer':
      return onAnswer(draft, input);
    case 'accepted':
      return onAccepted(draft, input);
    default:
      return input satisfies never;
  }
};

/** Goes on until nothing is left to do or nothing more fits. */
const settle = (draft: Draft): void => {
  const { state } = draft;
  if (state.phase === 'open') reap(draft);
  if (state.phase === 'open' && !draft.more) meetDeadlines(draft);
  if (state.phase === 'open') restore(draft);
  if (state.phase === 'open') stopGently(draft);
  if (state.phase === 'open') interruptRunning(draft);
  if (state.phase === 'open' && !isHeld(draft)) beginSoon(draft);
  if (state.phase === 'open' && !isHeld(draft)) recheckWaiting(draft);
  if (state.phase === 'open' && !isHeld(draft)) beginReady(draft);
  if (state.phase === 'open' && !isHeld(draft)) schedule(draft);
  if (state.phase === 'ending') finishEnding(draft);
  armTimer(draft);
};

/** What "now" is to a decision: never before what was folded; and a timer that came was due, whatever the clock of the server that passed it on says. */
export const timeOf = (state: FlowState, inputs: readonly Input[]): number =>
  inputs.reduce((latest, input) => {
    const due = input.kind === 'timer' && input.n === state.armed?.n ? state.armed.at : 0;
    return Math.max(latest, input.at, due);
  }, state.at);

/** A connection that breaks has the broker hand out again what still waits here. */
const freshOf = (state: FlowState, inputs: readonly Input[]): Input[] => {
  const seen = new Set<string>();
  return inputs.filter(({ origin }) => {
    const key = originKey(origin);
    if (state.origins.has(key) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
};

/**
 * What the inputs mean to a flow: pure, deterministic and total. The state is the same before and after. Inputs count in
 * the order given, timers after all others, so that a stored result wins over its deadline; those whose origin
 * the log has already, or that came twice at once, are passed over.
 */
export const decide = (state: FlowState, inputs: readonly Input[], facts: Facts): Decision => {
  const draft = new Draft(state, facts, timeOf(state, inputs));
  const fresh = freshOf(state, inputs);
  const ordered = [...fresh.filter(({ kind }) => kind !== 'timer'), ...fresh.filter(({ kind }) => kind === 'timer')];
  try {
    for (const input of ordered) {
      if (draft.full) break;
      take(draft, input);
      draft.inputs.push(input.origin);
    }
    settle(draft);
    return draft.decision();
  } catch (error) {
    draft.wants.note(error);
    return draft.wants.need();
  } finally {
    draft.rollback();
  }
};
