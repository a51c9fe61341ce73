import type { DirectoryOffer } from '@waggle/protocol';
import { LIMITS } from '../limits.js';
import type { TaskState } from '../state/state.js';
import type { Draft } from './draft.js';

/** Who may get the next attempt: of a task that is handed on those it is meant for, of one that came back whoever had it. */
export const candidates = (draft: Draft, task: TaskState | undefined, skill: string): readonly DirectoryOffer[] => {
  const offers = draft.offers(skill);
  const offer = task?.offer;
  if (offer?.to !== undefined) return offers.filter(({ agent }) => agent === offer.to);
  if (offer) return offers.filter(({ agent }) => agent !== offer.from && !offer.tried.includes(agent));
  const before = task?.prefers === undefined ? [] : offers.filter(({ agent }) => agent === task.prefers);
  return before.length > 0 ? before : offers;
};

/** Until when an offer waits for somebody to take it. */
export const offerUntil = (draft: Draft, task: TaskState | undefined): number =>
  task?.offer ? (task.offer.expires ?? draft.now + LIMITS.offer) : Infinity;

/** The attempt just dispatched is an offer, where the task was handed on. */
export const offered = (draft: Draft, { id: taskId, attempt, agent, offer }: TaskState): void => {
  if (!offer) return;
  const { expires } = offer;
  draft.emit({ type: 'handoffOffered', taskId, attempt, agent: agent!, ...(expires === undefined ? {} : { expires }) });
  if (expires !== undefined) draft.earliest = Math.min(draft.earliest, expires);
};
