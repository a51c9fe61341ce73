import { WaggleError } from '@waggle/protocol';
import type { FlowEvent } from '../types.js';
import type { Pen } from './pen.js';
import type { FlowState, StepState, TaskState } from './state.js';
import { stepOf } from './step-of.js';

type TaskEvent = Extract<
  FlowEvent,
  { type: 'taskDispatched' | 'taskWaiting' | 'taskCompleted' | 'attemptFailed' | 'taskFailed' | 'taskCanceled' }
>;

/** A task that waits for no agent any more. */
const dropWaiting = (state: FlowState, task: TaskState, pen: Pen): void => {
  const sameSkill = state.waiting.get(task.skill);
  if (!sameSkill?.has(task)) return;
  pen.remove(sameSkill, task);
  if (sameSkill.size === 0) pen.drop(state.waiting, task.skill);
};

const known = (state: FlowState, id: string): TaskState => {
  const task = state.tasks.get(id);
  if (!task) throw new WaggleError('TRANSITION_UNKNOWN', `the log names the task "${id}" before it began`);
  return task;
};

/** The task, begun now if it had not. A step without forEach opens with its one task. */
const begin = (state: FlowState, { stepId, taskId }: { stepId: string; taskId: string }, pen: Pen): TaskState => {
  const before = state.tasks.get(taskId);
  if (before) return before;
  const step = stepOf(state, stepId);
  const { definition } = state.flow!.steps[step.index]!;
  const list = definition.forEach !== undefined;
  const task: TaskState = {
    id: taskId,
    step: step.index,
    ...(list ? { item: step.begun } : {}),
    order: state.tasks.size,
    status: 'waiting',
    attempt: 0,
    skill: definition.skill,
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
  const { maxParallel } = state.flow!.steps[step.index]!.definition;
  const ended = step.completed + step.failed;
  const may = step.begun < step.total ? step.begun - ended < (maxParallel ?? Infinity) : ended === step.total;
  if (may) pen.add(state.todo, step.index);
  else pen.remove(state.todo, step.index);
};

const finish = (state: FlowState, task: TaskState, pen: Pen): void => {
  const { status } = task;
  dropWaiting(state, task, pen);
  pen.remove(state.live, task);
  const step = state.steps[task.step]!;
  if (status === 'completed' || status === 'failed') pen.bump(step, status);
  reconsider(state, step, pen);
};

export const applyTask = (state: FlowState, event: TaskEvent, pen: Pen): void => {
  switch (event.type) {
    case 'taskDispatched': {
      const task = begin(state, event, pen);
      dropWaiting(state, task, pen);
      pen.set(task, 'status', 'running');
      pen.set(task, 'attempt', event.attempt);
      pen.set(task, 'agent', event.agent);
      pen.set(task, 'due', event.deadline);
      pen.bump(state, 'used');
      pen.bump(state, 'attempts');
      if (event.attempt > 1) pen.bump(state.steps[task.step]!, 'retries');
      return;
    }
    case 'taskWaiting': {
      const task = begin(state, event, pen);
      pen.set(task, 'status', 'waiting');
      pen.set(task, 'due', event.until);
      if (!state.waiting.has(task.skill)) pen.put(state.waiting, task.skill, new Set());
      return pen.add(state.waiting.get(task.skill)!, task);
    }
    case 'taskCompleted': {
      const task = known(state, event.taskId);
      pen.bump(state, 'cost', event.cost);
      if (event.artifacts) pen.push(state.artifacts, event.artifacts);
      const { outputs } = state.steps[task.step]!;
      pen.set(outputs, task.item ?? 0, event.output ?? null);
      pen.set(task, 'status', 'completed');
      return finish(state, task, pen);
    }
    case 'attemptFailed': {
      const task = known(state, event.taskId);
      pen.bump(state, 'cost', event.cost);
      pen.set(task, 'fault', event.fault);
      if (event.retryAt === undefined) return;
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
      pen.set(task, 'status', 'canceled');
      return finish(state, task, pen);
    }
    default:
      return event satisfies never;
  }
};
