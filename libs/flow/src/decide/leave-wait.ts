import { awaitedKey, type TaskState } from '../state/state.js';
import type { Draft } from './draft.js';

/** Ends a task's wait, and takes the flow out of the index of events where no other task waits for the same. */
export const leaveWait = (draft: Draft, { on }: TaskState, end: () => void): void => {
  const key = awaitedKey(on);
  const waited = key !== undefined && draft.state.awaiting.has(key);
  end();
  if (on?.kind === 'event' && waited && !draft.state.awaiting.has(key)) draft.command({ type: 'unwait', kind: 'event', key: on.key });
};
