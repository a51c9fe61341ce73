import type { MemoryEntry } from '@waggle/protocol';
import type { Version } from './versions.js';

/** A version as askers see it; a deleted one has version 0 and says who deleted it. */
export interface SeenVersion extends Partial<Pick<MemoryEntry, 'value' | 'by' | 'at' | 'write' | 'ttl'>> {
  version: number;
}

/** A write that was refused: the version it expected, and what stands there instead and who wrote that. */
export interface Refusal {
  expected: number;
  current: SeenVersion;
  by: string;
}

export const seen = ({ version, entry }: Version): SeenVersion => {
  if (entry === undefined) return { version };
  const { value, by, at, write, ttl } = entry;
  return { version, by, at, write, ...(version > 0 && { value }), ...(version > 0 && ttl !== undefined && { ttl }) };
};

export const refusal = ({ expected, current, by }: { expected: number; current: Version; by: string }): Refusal => ({
  expected,
  current: seen(current),
  by,
});
