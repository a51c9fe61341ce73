import { problem, type Problem } from '@waggle/protocol';
import { LIMITS } from '../limits.js';
import type { Draft } from './draft.js';
import { abort, cancelChildren, endFlow } from './end.js';
import { spent, untold } from './money.js';

export const readPause = (data: Record<string, unknown> = {}): { running: 'finish' | 'interrupt' } | { problems: Problem[] } => {
  const { running = 'finish' } = data;
  if (running === 'finish' || running === 'interrupt') return { running };
  return { problems: [problem('INVALID_MESSAGE', 'running must be finish or interrupt', 'payload.data.running')] };
};

/** Milliseconds that a cancellation leaves to what runs. */
export const readGrace = (data: Record<string, unknown> = {}): { grace: number } | { problems: Problem[] } => {
  const { grace = 0 } = data;
  if (Number.isSafeInteger(grace) && (grace as number) >= 0 && (grace as number) <= LIMITS.grace) return { grace: grace as number };
  return { problems: [problem('INVALID_MESSAGE', `grace must be milliseconds from 0 to ${LIMITS.grace}`, 'payload.data.grace')] };
};

const runningTasks = ({ state }: Draft) => [...state.live].filter(({ status }) => status === 'running').sort((a, b) => a.order - b.order);

/** Stops what runs in a flow that is paused so, as much as fits: each begins again, as the next attempt, when it is resumed. */
export const interruptRunning = (draft: Draft): void => {
  if (draft.state.paused?.running !== 'interrupt') return;
  for (const task of runningTasks(draft)) {
    if (draft.full) {
      draft.more = true;
      return;
    }
    abort(draft, task, 'PAUSED');
    cancelChildren(draft, task);
    draft.emit({ type: 'attemptInterrupted', taskId: task.id, attempt: task.attempt, ...spent(untold(task)) });
  }
};

/** Asks what runs to stop, as much as fits; the end once nothing runs, or the grace is over. */
export const stopGently = (draft: Draft): void => {
  const { state } = draft;
  const { stopping } = state;
  if (!stopping) return;
  const running = runningTasks(draft);
  const over = stopping.until <= Math.max(draft.now, state.due ?? 0);
  if (over || running.length === 0) {
    const why = stopping.reason ?? `canceled by ${stopping.by}`;
    return endFlow(draft, 'CANCELED', { errors: [problem('CANCELED', why)] });
  }
  for (const task of running) {
    if (task.told) continue;
    if (draft.full) {
      draft.more = true;
      return;
    }
    const { agent, priority, id: taskId, attempt } = task;
    draft.emit({ type: 'attemptStopping', taskId, attempt });
    draft.command({ type: 'abort', agent: agent!, priority, taskId, attempt, reason: 'CANCELED', grace: stopping.until - draft.now });
  }
};
