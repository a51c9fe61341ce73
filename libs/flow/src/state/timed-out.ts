import type { FlowState } from './state.js';

export interface TimedOut {
  agent: string;
  taskId: string;
  attempt: number;
}

/**
 * Attempts that a timer at this time would end. Read each one's RESULT from the leader first, and pass what is
 * stored as inputs together with the timer: a stored result wins.
 */
export const timedOut = (state: FlowState, at: number): TimedOut[] =>
  [...state.live]
    .filter((task) => task.status === 'running' && task.due <= at)
    .map(({ agent, id, attempt }) => ({ agent: agent!, taskId: id, attempt }));

/** Questions that a timer at this time would decide by their default: read their answers first, and pass those stored as inputs. */
export const unanswered = (state: FlowState, at: number): string[] =>
  [...state.asks].filter(([, task]) => task.due <= at).map(([id]) => id);

/** Offers that a timer at this time would take back: read whether they were taken, and pass `accepted` for those. */
export const unaccepted = (state: FlowState, at: number): TimedOut[] =>
  timedOut(state, at).filter(({ taskId }) => state.tasks.get(taskId)?.offer?.out === true);
