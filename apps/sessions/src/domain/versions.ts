import type { MemoryEntry } from '@waggle/protocol';

/** A version of a key as it stands: 0 and no entry where nothing does. */
export interface Version {
  /** The revision to write over, whatever stands there. */
  revision: number;
  /** What the world sees: 0 when deleted or expired. */
  version: number;
  entry?: MemoryEntry;
}

/** Writers whose last question is remembered with an entry. */
const REMEMBERED = 64;

/** The version that a question made, if it was asked before. */
export const madeBy = (request: string, current: Version): number | undefined => {
  if (current.entry?.request === request) return current.revision;
  return current.entry?.recent.find(([id]) => id === request)?.[1];
};

/** Writers number their questions (`<writer>-<n>`) and ask one at a time for a key: the last of each is all that can be asked again. */
const writerOf = (request: string): string => request.slice(0, Math.max(0, request.lastIndexOf('-')));

export type Written = Pick<MemoryEntry, 'value' | 'write' | 'by' | 'at' | 'request' | 'lease' | 'ttl' | 'fence'>;

/** The entry that follows. */
export const following = ({ entry, revision }: Version, written: Written): MemoryEntry => {
  if (entry === undefined) return { ...written, recent: [] };
  const writer = writerOf(written.request);
  const known: MemoryEntry['recent'] = [[entry.request, revision], ...entry.recent];
  return { ...written, recent: known.filter(([id]) => writer === '' || writerOf(id) !== writer).slice(0, REMEMBERED) };
};
