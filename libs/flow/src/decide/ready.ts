import { begin } from './begin.js';
import type { Draft } from './draft.js';
import { wantedAgain } from './task.js';

/** Nothing may begin: the flow is paused, about to be canceled, or still taking over what one before it completed. */
export const isHeld = ({ state: { paused, stopping, restoring } }: Draft): boolean =>
  paused !== undefined || stopping !== undefined || restoring !== undefined;

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
