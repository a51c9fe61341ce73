import { parseIsoTime, WaggleError } from '@waggle/protocol';
import { isMany, skillOf } from '../definition/definition.js';
import type { FlowEvent } from '../types.js';
import type { Pen } from './pen.js';
import { awaitedKey, type FlowState, type StepState, type TaskState } from './state.js';
import { stepOf } from './step-of.js';

type TaskEvent = Extract<
  FlowEvent,
  {
    type:
      | 'taskDispatched'
      | 'taskWaiting'
      | 'taskDelegated'
      | 'taskAwaiting'
      | 'taskGranted'
      | 'taskCompleted'
      | 'attemptFailed'
      | 'taskFailed'
      | 'taskCanceled';
  }
>;

/** Faults of earlier attempts that are kept for a dead letter. */
const EARLIER = 5;

type Index = Map<string, Set<TaskState>>;

const enter = (index: Index, key: string, { task, pen }: { task: TaskState; pen: Pen }): void => {
  if (!index.has(key)) pen.put(index, key, new Set());
  pen.add(index.get(key)!, task);
};

const leave = (index: Index, key: string | undefined, { task, pen }: { task: TaskState; pen: Pen }): void => {
  const same = key === undefined ? undefined : index.get(key);
  if (!same?.has(task)) return;
  pen.remove(same, task);
  if (same.size === 0) pen.drop(index, key!);
};

/** A task that waits for nothing any more. */
export const dropWaiting = (state: FlowState, task: TaskState, pen: Pen): void => {
  leave(state.waiting, task.skill, { task, pen });
  leave(state.awaiting, awaitedKey(task.on), { task, pen });
  pen.remove(state.ready, task);
};

export const known = (state: FlowState, id: string): TaskState => {
  const task = state.tasks.get(id);
  if (!task) throw new WaggleError('TRANSITION_UNKNOWN', `the log names the task "${id}" before it began`);
  return task;
};

/** The task, begun now if it had not. A step without a list opens with its one task. */
export const begin = (state: FlowState, { stepId, taskId }: { stepId: string; taskId: string }, pen: Pen): TaskState => {
  const before = state.tasks.get(taskId);
  if (before) return before;
  const step = stepOf(state, stepId);
  const { definition } = state.flow!.steps[step.index]!;
  const list = isMany(definition);
  const task: TaskState = {
    id: taskId,
    step: step.index,
    ...(list ? { item: step.begun } : {}),
    order: state.tasks.size,
    status: 'waiting',
    attempt: 0,
    skill: skillOf(definition),
    priority: definition.priority ?? state.head!.priority,
    due: Infinity,
    children: [],
  };
  pen.put(state.tasks, taskId, task);
  pen.add(state.live, task);
  pen.bump(step, 'begun');
  if (!list) {
    pen.set(step, 'status', 'open');
    pen.set(step, 'total', 1);
    pen.set(step, 'outputs', [null]);
  }
  reconsider(state, step, pen);
  return task;
};

/** Keeps `todo` true: a step is on it while it may begin another task. */
const reconsider = (state: FlowState, step: StepState, pen: Pen): void => {
  if (step.status !== 'open') return;
  const { maxParallel, repeat, join } = state.flow!.steps[step.index]!.definition;
  const ended = step.completed + step.failed;
  const room = step.begun - ended < (repeat ? 1 : (maxParallel ?? Infinity));
  const may = step.stopping !== undefined || (step.begun < step.total ? room : ended === step.total || (join !== 'all' && ended > 0));
  if (may) pen.add(state.todo, step.index);
  else pen.remove(state.todo, step.index);
};

export const finish = (state: FlowState, task: TaskState, pen: Pen): void => {
  const { status } = task;
  dropWaiting(state, task, pen);
  pen.remove(state.live, task);
  if (task.ask) pen.drop(state.asks, task.ask.id);
  pen.bump(state, 'ended');
  pen.set(task, 'ended', state.ended);
  const step = state.steps[task.step]!;
  if (status === 'completed' || status === 'failed') pen.bump(step, status);
  reconsider(state, step, pen);
};

const promise = (state: FlowState, task: TaskState, { promised, pen }: { promised: number; pen: Pen }): void => {
  pen.set(task, 'promised', promised);
  pen.bump(state, 'held', promised);
};

/** Events that end an attempt: what was set aside for it is free again, what it cost is in the event. */
const ENDS: ReadonlySet<FlowEvent['type']> = new Set<FlowEvent['type']>([
  'taskCompleted',
  'attemptFailed',
  'taskCanceled',
  'taskDelegated',
  'taskAsked',
  'taskHandedOn',
  'handoffReturned',
  'taskRelies',
  'attemptInterrupted',
]);

/** To be called with every event before it is written. */
export const release = (state: FlowState, event: FlowEvent, pen: Pen): void => {
  if (state.held === 0 || !ENDS.has(event.type)) return;
  const task = state.tasks.get((event as { taskId: string }).taskId);
  if (!task?.promised) return;
  pen.bump(state, 'held', -task.promised);
  pen.set(task, 'promised', undefined);
};

export const applyTask = (state: FlowState, event: TaskEvent, pen: Pen): void => {
  switch (event.type) {
    case 'taskDispatched': {
      const task = begin(state, event, pen);
      dropWaiting(state, task, pen);
      pen.set(task, 'status', 'running');
      pen.set(task, 'attempt', event.attempt);
      pen.set(task, 'priority', event.priority);
      pen.set(task, 'agent', event.agent);
      pen.set(task, 'due', event.deadline);
      pen.set(task, 'prefers', undefined);
      pen.set(task, 'interrupted', undefined);
      pen.set(task, 'counted', undefined);
      if (event.promised !== undefined) promise(state, task, { promised: event.promised, pen });
      pen.bump(state, 'used');
      pen.bump(state, 'attempts');
      if (event.attempt - (task.unfailed ?? 0) > 1) pen.bump(state.steps[task.step]!, 'retries');
      return;
    }
    case 'taskWaiting': {
      const task = begin(state, event, pen);
      dropWaiting(state, task, pen);
      pen.set(task, 'status', 'waiting');
      pen.set(task, 'waitsFor', event.reason);
      pen.set(task, 'due', event.until);
      return enter(state.waiting, event.skill, { task, pen });
    }
    case 'taskDelegated': {
      const task = begin(state, event, pen);
      dropWaiting(state, task, pen);
      pen.set(task, 'status', 'delegated');
      pen.set(task, 'attempt', event.attempt);
      pen.set(task, 'childId', event.childId);
      if (event.recovers) pen.set(task, 'recovering', event.recovers);
      pen.set(task, 'due', event.deadline);
      return pen.bump(state, 'cost', event.cost);
    }
    case 'taskAwaiting': {
      const task = begin(state, event, pen);
      const key = awaitedKey(event.on);
      dropWaiting(state, task, pen);
      pen.set(task, 'status', 'awaiting');
      pen.set(task, 'on', event.on);
      pen.set(task, 'due', event.until);
      if (event.on.kind === 'signal') pen.drop(state.notes, event.on.key);
      if (key !== undefined) enter(state.awaiting, key, { task, pen });
      return;
    }
    case 'taskGranted': {
      const task = known(state, event.taskId);
      return pen.set(task, 'holds', [...(task.holds ?? []), event.resource]);
    }
    case 'taskCompleted': {
      const task = known(state, event.taskId);
      pen.bump(state, 'cost', event.cost - (task.counted ?? 0));
      pen.bump(state, 'workMs', Math.max(0, parseIsoTime(event.endedAt) - parseIsoTime(event.startedAt)) || 0);
      if (event.artifacts) pen.push(state.artifacts, event.artifacts);
      const { outputs } = state.steps[task.step]!;
      pen.set(outputs, task.item ?? 0, event.output ?? null);
      pen.set(task, 'status', 'completed');
      return finish(state, task, pen);
    }
    case 'attemptFailed': {
      const task = known(state, event.taskId);
      pen.bump(state, 'cost', event.cost);
      if (task.fault) pen.set(task, 'earlier', [...(task.earlier ?? []).slice(1 - EARLIER), task.fault]);
      pen.set(task, 'fault', event.fault);
      if (event.retryAt === undefined) return;
      pen.set(task, 'recovering', undefined);
      pen.set(task, 'status', 'retrying');
      return pen.set(task, 'due', event.retryAt);
    }
    case 'taskFailed': {
      const task = begin(state, event, pen);
      pen.set(task, 'fault', event.fault);
      const step = state.steps[task.step]!;
      if (!step.fault) pen.set(step, 'fault', event.fault);
      pen.set(task, 'status', 'failed');
      return finish(state, task, pen);
    }
    case 'taskCanceled': {
      const task = known(state, event.taskId);
      if (event.cost !== undefined) pen.bump(state, 'cost', event.cost);
      pen.set(task, 'status', 'canceled');
      return finish(state, task, pen);
    }
    default:
      return event satisfies never;
  }
};
