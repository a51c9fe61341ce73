import type { DirectoryOffer } from '@waggle/protocol';
import type { TaskState } from '../state/state.js';
import type { Draft } from './draft.js';

/** Money is compared to the millionth: sums of fractions are never exact. */
const EPSILON = 1e-6;

/** What may still be promised: Infinity without a limit. Each attempt at work is promised what its skill states. */
export const moneyLeft = ({ state, head }: Draft): number => (head.cost === undefined ? Infinity : head.cost - state.cost - state.held);

/** Whether anything is promised still: what is left of a sum of fractions is nothing. */
export const isPromised = ({ state }: Draft): boolean => state.held > EPSILON;

/** Those of the offers whose stated cost fits into what is left. */
export const affordable = (draft: Draft, offers: readonly DirectoryOffer[]): readonly DirectoryOffer[] => {
  const left = moneyLeft(draft);
  return left === Infinity ? offers : offers.filter(({ cost = 0 }) => cost <= left + EPSILON);
};

/** What an attempt that starts now must not exceed, in the log where there is a limit. */
export const promiseTo = ({ head }: Draft, { cost = 0 }: DirectoryOffer): { promised?: number } =>
  head.cost === undefined ? {} : { promised: cost };

/** The money that a sub-flow is granted: its own limit, out of what is left, shared as tasks are. */
export const moneyFor = (draft: Draft, { limit, toCome }: { limit?: number; toCome: number }): { cost?: number } => {
  const left = moneyLeft(draft);
  if (left === Infinity) return limit === undefined ? {} : { cost: limit };
  return { cost: Math.max(0, Math.min(limit ?? Infinity, left / (toCome + 1))) };
};

/** What an attempt that never told has cost at most: nobody shall spend it twice. */
export const untold = ({ promised = 0 }: TaskState): number => promised;

/** A cost as an event tells it, where there is any. */
export const spent = (cost: number): { cost?: number } => (cost > 0 ? { cost } : {});
