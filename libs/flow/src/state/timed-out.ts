import type { FlowState, TaskState } from './state.js';

export interface TimedOut {
  agent: string;
  taskId: string;
  attempt: number;
}

/** Which tasks end at a time: by their own deadline, that of a box they are in, or the grace of a cancellation. */
const endsBy = (state: FlowState, at: number): ((task: TaskState) => boolean) => {
  if ((state.stopping?.until ?? Infinity) <= at) return () => true;
  const over = (state.flow?.boxes ?? []).filter(({ id }) => {
    const box = state.boxes.get(id);
    return box !== undefined && box !== 'closed' && box.due <= at;
  });
  const boxed = new Set(over.flatMap(({ steps }) => steps));
  return ({ due, step }) => due <= at || boxed.has(step);
};

/**
 * Attempts that a timer at this time would end. Read each one's RESULT from the leader first, and pass what is
 * stored as inputs together with the timer: a stored result wins.
 */
export const timedOut = (state: FlowState, at: number): TimedOut[] => {
  const ends = endsBy(state, at);
  return [...state.live].filter((task) => task.status === 'running' && ends(task)).map(attemptOf);
};

/** Questions that a timer at this time would decide by their default or end: read their answers first, and pass those stored as inputs. */
export const unanswered = (state: FlowState, at: number): string[] => {
  const ends = endsBy(state, at);
  return [...state.asks].filter(([, task]) => ends(task)).map(([id]) => id);
};

/** Offers that a timer at this time would take back: read whether they were taken, and pass `accepted` for those. */
export const unaccepted = (state: FlowState, at: number): TimedOut[] =>
  [...state.live].filter(({ status, due, offer }) => status === 'running' && due <= at && offer?.out === true).map(attemptOf);

const attemptOf = ({ agent, id, attempt }: TaskState): TimedOut => ({ agent: agent!, taskId: id, attempt });
