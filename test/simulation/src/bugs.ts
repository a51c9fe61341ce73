import { COORDINATOR_BUGS } from './bugs-of-coordinator.js';
import { FLOW_BUGS } from './bugs-of-flow.js';
import type { Bug } from './planted-mistake.js';

/** Every planted mistake that is a change of a line or two, made as the module is loaded. */
export const BUGS: readonly Bug[] = [...COORDINATOR_BUGS, ...FLOW_BUGS];

/** Mistakes that stand between a coordinator and the broker, or in the broker's own settings. */
export const OUTER_BUGS = [
  { name: 'full-is-done', title: '10077 taken for done' },
  { name: 'aged-head', title: "a flow's head aged out" },
] as const;
