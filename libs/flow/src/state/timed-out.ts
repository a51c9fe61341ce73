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
