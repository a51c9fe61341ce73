import { isoTime, isToken, WaggleError } from '@waggle/protocol';
import type { CompiledStep } from '../definition/compile.js';
import type { Wait } from '../definition/definition.js';
import { loadWhole } from '../expression/loader.js';
import { LIMITS, sizeOf } from '../limits.js';
import { awaitedKey, type TaskState } from '../state/state.js';
import type { Awaited, Note } from '../types.js';
import type { Draft } from './draft.js';
import { evaluationFault, faultOf } from './fault.js';
import { giveUp } from './attempt.js';
import { COORDINATOR } from './coordinator.js';
import { failTask } from './fail-task.js';
import { leaveWait } from './leave-wait.js';
import type { Wanted } from './wanted.js';

/** Under which the index knows who waits for an event; tokens hold no tilde. */
export const eventKey = ({ source, type }: { source: string; type: string }): string => `${source}~${type}`;

const MOST_NOTES = 100;

const awaitedOf = (wait: Wait): Awaited => {
  if ('event' in wait) return { kind: 'event', key: eventKey(wait.event) };
  return 'signal' in wait ? { kind: 'signal', key: wait.signal } : { kind: 'time' };
};

/** A time as milliseconds since 1970. */
const timeOf = (draft: Draft, step: CompiledStep): number => {
  const value = loadWhole(step.wait!.evaluate(draft.scope(), draft.load), draft.load);
  const time = typeof value === 'string' ? Date.parse(value) : value;
  if (typeof time === 'number' && Number.isFinite(time)) return Math.ceil(time);
  throw new WaggleError('EXPRESSION_FAILED', `${step.wait!.source.slice(0, 200)} gave no time: ISO-8601 text, or milliseconds since 1970`);
};

const untilOf = (draft: Draft, step: CompiledStep, wait: Wait): number => {
  if ('for' in wait) return draft.now + wait.for;
  if ('until' in wait) return timeOf(draft, step);
  return Math.min(draft.head.deadline, draft.now + (step.definition.timeout ?? Infinity));
};

/** Begins to wait; for what is there already only as long as it takes to say so. */
export const beginWait = (draft: Draft, wanted: Wanted): void => {
  const { step, taskId } = wanted;
  const { id: stepId, wait } = step.definition;
  const on = awaitedOf(wait!);
  if (on.kind === 'event' && draft.facts.events === undefined) return draft.wants.wantEvents();
  let until: number;
  try {
    until = untilOf(draft, step, wait!);
  } catch (error) {
    return failTask(draft, wanted, { fault: evaluationFault(error) });
  }
  const note = on.kind === 'signal' ? draft.state.notes.get(on.key) : undefined;
  const first = on.kind === 'event' && !draft.state.awaiting.has(awaitedKey(on)!);
  draft.emit({ type: 'taskAwaiting', stepId, taskId, until, on });
  draft.earliest = Math.min(draft.earliest, until);
  if (first) draft.command({ type: 'wait', kind: 'event', key: on.key, after: draft.facts.events });
  const task = draft.state.tasks.get(taskId)!;
  if (note) endWait(draft, task, draft.travelling(note.data ?? null));
  else if (on.kind === 'time' && until <= draft.now) endWait(draft, task, null);
};

/** What was waited for is there. */
export const endWait = (draft: Draft, task: TaskState, output: unknown): void => {
  const { id: taskId, attempt } = task;
  const at = isoTime(draft.now);
  leaveWait(draft, task, () =>
    draft.emit({ type: 'taskCompleted', taskId, attempt, output, cost: 0, startedAt: at, endedAt: at, instance: COORDINATOR }, output),
  );
};

/** The time of a wait is over: what it was for has come, or never did. */
export const onWaitDue = (draft: Draft, task: TaskState): void => {
  const { on } = task;
  if (on === undefined || on.kind === 'time') return endWait(draft, task, null);
  const what = on.kind === 'event' ? `event ${on.key.replace('~', '/')}` : `${on.kind} ${on.key}`;
  leaveWait(draft, task, () => giveUp(draft, task, { fault: faultOf('WAIT_TIMEOUT', `the ${what} did not come in time`) }));
};

const waitingFor = (draft: Draft, key: string): TaskState[] => [...(draft.state.awaiting.get(key) ?? [])].sort((a, b) => a.order - b.order);

/** Whether something that somebody sent can be kept; if not, why. */
export const unreadable = (draft: Draft, note: Partial<Note>): 'NOT_READABLE' | 'TOO_MANY' | undefined => {
  if (!isToken(note.name) || sizeOf(note.data) > LIMITS.value) return 'NOT_READABLE';
  const { notes, awaiting } = draft.state;
  return !notes.has(note.name) && !awaiting.has(`signal:${note.name}`) && notes.size >= MOST_NOTES ? 'TOO_MANY' : undefined;
};

/** Ends the waits for a signal of this name. */
export const onNote = (draft: Draft, waited: readonly TaskState[], { data }: Note): void => {
  const output = draft.travelling(data ?? null, waited.length);
  for (const task of waited) endWait(draft, task, output);
};

export const tasksAwaitingSignal = (draft: Draft, name: string): TaskState[] => waitingFor(draft, `signal:${name}`);

/** An event that this flow waits for: it goes to every task whose filter takes it. */
export const onEvent = (draft: Draft, event: { source: string; type: string } & Record<string, unknown>): boolean => {
  const taken = waitingFor(draft, `event:${eventKey(event)}`).filter((task) => passes(draft, task, event));
  const output = draft.travelling(event, taken.length);
  for (const task of taken) endWait(draft, task, output);
  return taken.length > 0;
};

/** A filter that cannot be evaluated on an event does not take it: the event may be another's. */
const passes = (draft: Draft, task: TaskState, event: unknown): boolean => {
  const { wait } = draft.stepOf(task);
  if (!wait) return true;
  try {
    return loadWhole(wait.evaluate(draft.scope({ event }), draft.load), draft.load) === true;
  } catch (error) {
    if (error instanceof WaggleError) return false;
    throw error;
  }
};
