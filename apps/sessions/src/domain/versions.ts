import type { MemoryEntry } from '@waggle/protocol';

/** A version of a key as it stands: 0 and no entry where nothing does. */
export interface Version {
  /** The revision to write over, whatever stands there. */
  revision: number;
  /** What the world sees: 0 when deleted or expired. */
  version: number;
  entry?: MemoryEntry;
}

/** Questions remembered with an entry. */
const REMEMBERED = 24;

/** The version that a question made, if it was asked before. */
export const madeBy = (request: string, current: Version): number | undefined => {
  if (current.entry?.request === request) return current.revision;
  return current.entry?.recent.find(([id]) => id === request)?.[1];
};

export type Written = Pick<MemoryEntry, 'value' | 'write' | 'by' | 'at' | 'request' | 'lease' | 'ttl'>;

/** The entry that follows. */
export const following = (current: Version, written: Written): MemoryEntry => ({
  ...written,
  recent:
    current.entry === undefined
      ? []
      : [[current.entry.request, current.revision] as [string, number], ...current.entry.recent].slice(0, REMEMBERED),
});
