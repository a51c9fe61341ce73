import { isSettled } from '../state/apply-definition.js';
import type { CompiledStep } from '../definition/compile.js';
import type { StepState } from '../state/state.js';
import type { Draft } from './draft.js';
import { faultOf } from './fault.js';
import { failStep, isTolerated } from './step-end.js';

const isSettledIn = ({ state }: Draft, index: number): boolean => isSettled(state.steps[index]!);

const isOver = (draft: Draft, indices: readonly number[]): boolean => indices.every((index) => isSettledIn(draft, index));

/** Opens the time boxes whose time begins, and closes those whose steps have all ended. */
export const turnTimeBoxes = (draft: Draft): void => {
  const { state } = draft;
  for (const { id, after, steps, time } of draft.flow.boxes) {
    const box = state.boxes.get(id);
    if (box === 'closed') continue;
    if (box !== undefined) {
      if (isOver(draft, steps)) draft.emit({ type: 'boxClosed', box: id });
    } else if (isOver(draft, after)) {
      const due = draft.now + time;
      draft.emit({ type: 'boxOpened', box: id, due });
      draft.earliest = Math.min(draft.earliest, due);
    }
  }
};

/** The nearest end of an open time box. */
export const nextBoxEnd = ({ state }: Draft): number =>
  [...state.boxes.values()].reduce((nearest: number, box) => (box === 'closed' ? nearest : Math.min(nearest, box.due)), Infinity);

/** The time of open boxes is over: what has not ended in them fails. */
export const endTimeBoxes = (draft: Draft, due: number): void => {
  const { state, flow } = draft;
  for (const { id, code, steps } of flow.boxes) {
    const box = state.boxes.get(id);
    if (box === undefined || box === 'closed' || box.due > due) continue;
    const late = steps.filter((index) => !isSettledIn(draft, index));
    draft.emit({ type: 'boxClosed', box: id, ...(late.length > 0 && { over: true as const }) });
    const faultIn = (step: CompiledStep) => faultOf(code, `${step.definition.id} did not end in the time of ${id.replace('step:', '')}`);
    const inBox = (status: StepState['status']) =>
      late.filter((index) => state.steps[index]!.status === status).map((index) => flow.steps[index]!);
    const begun = inBox('open').filter(({ index }) => !state.steps[index]!.stopping);
    for (const step of begun) {
      const fault = faultIn(step);
      draft.emit({ type: 'stepStopped', stepId: step.definition.id, reason: fault.message, fault });
    }
    // the flow ends by what has begun, if it does: that says where the time went
    if (begun.some((step) => !isTolerated(step))) continue;
    for (const step of inBox('pending')) if (state.phase === 'open') failStep(draft, step, faultIn(step));
  }
};
