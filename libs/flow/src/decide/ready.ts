import type { TaskState } from '../state/state.js';
import { begin } from './begin.js';
import type { Draft } from './draft.js';
import { isHeld } from './held.js';
import { wantedAgain } from './wanted.js';

/** Which steps may have one more at work: a flow before this one may have begun more of a list than may run at once. */
const roomIn = ({ state, flow }: Draft): ((task: TaskState) => boolean) => {
  const atWork = new Map<number, number>();
  for (const { step, status } of state.live) if (status !== 'ready') atWork.set(step, (atWork.get(step) ?? 0) + 1);
  return ({ step }) => {
    const count = atWork.get(step) ?? 0;
    if (count >= (flow.steps[step]!.definition.maxParallel ?? Infinity)) return false;
    atWork.set(step, count + 1);
    return true;
  };
};

/** Begins the next attempt of the tasks that are ready for one, in the order they began, as much as fits. */
export const beginReady = (draft: Draft): void => {
  const { state } = draft;
  if (isHeld(draft) || state.ready.size === 0) return;
  const hasRoom = roomIn(draft);
  for (const task of [...state.ready].sort((a, b) => a.order - b.order)) {
    if (state.phase !== 'open') return;
    if (draft.full) {
      draft.more = true;
      return;
    }
    if (hasRoom(task)) begin(draft, wantedAgain(draft, task));
  }
};

/** Begins the next attempt of tasks whose last one has just failed and whose pause is none, as much as fits: else the timer has it. */
export const beginSoon = (draft: Draft): void => {
  for (const task of draft.soon.splice(0))
    if (task.status === 'retrying' && task.due <= draft.now && draft.state.phase === 'open' && !draft.full)
      begin(draft, wantedAgain(draft, task));
};
