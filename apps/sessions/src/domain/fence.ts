import { WaggleError, type MemoryEntry } from '@waggle/protocol';
import type { Version } from './versions.js';

/** A write under the token of a lock is refused once one under a higher token was made: `LOCK_FENCED`. One under none is not. */
export const requireNewest = (fence: number | undefined, { entry }: Version): void => {
  const highest = entry?.fence ?? 0;
  if (fence === undefined || fence >= highest) return;
  throw new WaggleError('LOCK_FENCED', `A holder with token ${highest} has written, this one's is ${fence}.`, { path: 'fence' });
};

/** What the next entry carries: a write under no token does not let an older holder in again. */
export const fenceAfter = (fence: number | undefined, { entry }: Version): Pick<MemoryEntry, 'fence'> => {
  const highest = fence ?? entry?.fence;
  return highest === undefined ? {} : { fence: highest };
};
