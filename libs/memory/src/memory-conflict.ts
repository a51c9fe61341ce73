import { WaggleError, type MemoryWrite } from '@waggle/protocol';

/** A version of a key: 0 where nothing stands; then `by` and `at` say who deleted it and when. */
export interface Version<T = unknown> {
  version: number;
  value?: T;
  by?: string;
  at?: string;
  write?: MemoryWrite;
}

/** Both sides of a write that was refused. */
export interface ConflictSides {
  key: string;
  expected: number;
  /** What stands there now, and who wrote it. */
  current: Version;
  /** What was to be written, and by whom. */
  yours: { value?: unknown; by: string };
}

/** `VERSION_CONFLICT`: somebody else wrote first. Carries both versions, for whoever settles it. */
export class MemoryConflict extends WaggleError {
  constructor(readonly sides: ConflictSides) {
    const { key, expected, current } = sides;
    const there = current.version === 0 ? 'nothing stands there' : `${current.by} wrote version ${current.version}`;
    super('VERSION_CONFLICT', `${key}: version ${expected} was expected, and ${there}.`, { path: 'expect' });
  }
}
