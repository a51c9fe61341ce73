import type { Patch } from './planting.js';

/** A mistake that the checker must find. */
export interface Bug {
  name: string;
  /** As docs/reliability.md words it. */
  title: string;
  patches: readonly Patch[];
}

export const bug = (name: string, title: string, ...patches: Patch[]): Bug => ({ name, title, patches });

/** `file`: below the root; what is found there once is replaced. */
export const change = (file: string, find: string, replace: string): Patch => ({ file, find, replace });
