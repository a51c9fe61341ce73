import type { Outcome } from '@waggle/protocol';
import type { RetentionTimes } from '../coordinator-config.js';

export type Sweep = 'grace' | 'finished';

/** When (milliseconds since 1970) what a finished flow left may be removed. */
export const dueAt = (sweep: Sweep, outcome: Pick<Outcome, 'startedAt' | 'endedAt'>, times: RetentionTimes): number => {
  const ended = Date.parse(outcome.endedAt);
  if (sweep === 'grace') return ended + times.grace;
  return Math.max(ended + times.finished, Date.parse(outcome.startedAt) + times.head);
};

/** An answer to somebody who asked for an id that another's flow has: what that flow left must not be touched. */
export const isRefusedId = (outcome: Pick<Outcome, 'errors'>): boolean =>
  outcome.errors?.some(({ code }) => code === 'FLOW_ID_TAKEN') ?? false;
