import type { Draft } from './draft.js';

/** Nothing may begin: the flow is paused, about to be canceled, or still taking over what one before it completed. */
export const isHeld = ({ state: { paused, stopping, restoring } }: Draft): boolean =>
  paused !== undefined || stopping !== undefined || restoring !== undefined;
