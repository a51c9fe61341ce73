import type { Problem, TaskResult } from '@waggle/protocol';
import { LIMITS, sizeOf, tooDeep } from '../limits.js';

/** Bounded, so that no sum of costs leaves what JSON can say. */
export const costOf = ({ cost }: TaskResult): number =>
  cost !== undefined && Number.isFinite(cost) && cost > 0 ? Math.min(cost, LIMITS.cost) : 0;

/** Agents store large values by reference; one that does not must not fill the flow's log. Undefined where it fits. */
export const unusable = (value: unknown): string | undefined => {
  if (tooDeep(value, LIMITS.depth + 1)) return `the output nests deeper than ${LIMITS.depth} levels`;
  const size = sizeOf(value);
  return size > LIMITS.value ? `the output of ${size} bytes should have been stored by reference` : undefined;
};

/** A problem of a request, found in it as if it were a payload, where it stands in the result. */
export const inRequest = ({ path, ...problem }: Problem): Problem => ({
  ...problem,
  ...(path === undefined ? {} : { path: path.replace(/^payload/, 'payload.request') }),
});
