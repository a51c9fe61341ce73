import type { Outcome } from '@waggle/protocol';
import type { RetentionTimes } from '../coordinator-config.js';

export type Sweep = 'grace' | 'finished';

/** When (milliseconds since 1970) what a finished flow left may be removed. */
export const dueAt = (sweep: Sweep, outcome: Pick<Outcome, 'startedAt' | 'endedAt'>, times: RetentionTimes): number => {
  const ended = Date.parse(outcome.endedAt);
  if (sweep === 'grace') return ended + times.grace;
  return Math.max(ended + times.finished, Date.parse(outcome.startedAt) + times.head);
};

/**
 * An answer to somebody who asked for an id that another's flow has: what that flow left must not be touched. The outcome of
 * a flow that began has a summary: its errors may name the same code, for agents and child flows say what they like.
 */
export const isRefusedId = ({ errors, summary }: Pick<Outcome, 'errors' | 'summary'>): boolean =>
  summary === undefined && (errors?.some(({ code }) => code === 'FLOW_ID_TAKEN') ?? false);
