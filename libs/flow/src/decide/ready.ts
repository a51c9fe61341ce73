import { begin } from './begin.js';
import type { Draft } from './draft.js';
import { isHeld } from './held.js';
import { wantedAgain } from './wanted.js';

/** Begins the next attempt of the tasks that are ready for one, in the order they began, as much as fits. */
export const beginReady = (draft: Draft): void => {
  const { state } = draft;
  if (isHeld(draft)) return;
  for (const task of [...state.ready].sort((a, b) => a.order - b.order)) {
    if (state.phase !== 'open') return;
    if (draft.full) {
      draft.more = true;
      return;
    }
    begin(draft, wantedAgain(draft, task));
  }
};

/** Begins the next attempt of tasks whose last one has just failed and whose pause is none, as much as fits: else the timer has it. */
export const beginSoon = (draft: Draft): void => {
  for (const task of draft.soon.splice(0))
    if (task.status === 'retrying' && task.due <= draft.now && draft.state.phase === 'open' && !draft.full)
      begin(draft, wantedAgain(draft, task));
};
