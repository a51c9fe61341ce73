import { problem } from '@waggle/protocol';
import { isMany } from '../definition/definition.js';
import type { FlowState, StepState, TaskState } from '../state/state.js';
import type { Draft } from './draft.js';
import { endFlow } from './end.js';
import { undoPath } from './rollback.js';

/** Artifacts of the flow before that an outcome may name. */
const ARTIFACTS = 200;

/** Steps that were undone, or are about to be: of what could not be undone the flow before said so, and it stands. */
const undone = ({ rollback, flow }: FlowState): Set<number> => {
  const stands = new Set(rollback?.problems.map(({ path }) => path));
  // it may have undone steps that were added after the state that is gone on from
  return new Set(rollback?.steps.filter((id) => !stands.has(undoPath(id))).flatMap((id) => flow!.byId.get(id)?.index ?? []));
};

/** Steps of the flow before whose results hold: completed and not undone, and so is all that they were worked out of, or it was left out. */
const sound = (source: FlowState): ((index: number) => boolean) => {
  const isUndone = undone(source);
  const known = new Map<number, boolean>();
  const holds = (index: number): boolean => {
    const before = known.get(index);
    if (before !== undefined) return before;
    const { status } = source.steps[index]!;
    const is = (status === 'completed' || status === 'skipped' || status === 'canceled') && !isUndone.has(index) && begins(index);
    known.set(index, is);
    return is;
  };
  const begins = (index: number): boolean => {
    const { dependencies, members } = source.flow!.steps[index]!;
    return dependencies.every((each) => members.includes(each) || holds(each));
  };
  return (index) => !isUndone.has(index) && begins(index) && ['completed', 'open', 'failed'].includes(source.steps[index]!.status);
};

const tasksByStep = (source: FlowState): Map<number, TaskState[]> => {
  const tasks = new Map<number, TaskState[]>();
  for (const task of source.tasks.values()) tasks.set(task.step, [...(tasks.get(task.step) ?? []), task]);
  for (const each of tasks.values()) each.sort((a, b) => (a.item ?? 0) - (b.item ?? 0));
  return tasks;
};

/** Takes over what the flow before had completed, as much as fits; what it had not is begun anew. */
export const restore = (draft: Draft): void => {
  const { state, facts } = draft;
  const { restoring } = state;
  if (!restoring) return;
  const source = facts.resumed;
  if (!source?.flow) {
    const gone = problem('FLOW_UNKNOWN', `what the flow ${restoring.flowId} had completed cannot be read any more`, 'payload.resumes');
    return endFlow(draft, 'FAILED', { errors: [gone] });
  }
  const tasks = tasksByStep(source);
  const isSound = sound(source);
  for (const step of source.steps) {
    if (!isSound(step.index)) continue;
    restoreStep(draft, { source, step, tasks: tasks.get(step.index) ?? [] });
    if (draft.full) {
      draft.more = true;
      return;
    }
  }
  const artifacts = source.artifacts.slice(0, ARTIFACTS);
  draft.emit({ type: 'flowRestored', from: restoring.flowId, n: restoring.n, ...(artifacts.length > 0 ? { artifacts } : {}) }, artifacts);
};

const restoreStep = (draft: Draft, of: { source: FlowState; step: StepState; tasks: TaskState[] }): void => {
  const { source, step, tasks } = of;
  const { definition } = source.flow!.steps[step.index]!;
  const { id: stepId } = definition;
  const now = draft.state.steps[draft.flow.byId.get(stepId)!.index]!;
  const done = step.status === 'completed';
  const completed = tasks.filter(({ status }) => status === 'completed');
  if (now.status === 'completed' || completed.length === 0) return;
  if (isMany(definition) && now.status === 'pending') {
    const items = step.items ?? [];
    draft.emit({ type: 'stepExpanded', stepId, count: step.total, items }, items);
  }
  for (const task of done ? completed : tasks) {
    if (draft.full) return;
    if (draft.state.tasks.has(task.id)) continue;
    if (task.status === 'completed') restoreTask(draft, { stepId, task, output: step.outputs[task.item ?? 0] });
    else if (definition.repeat === undefined) draft.emit({ type: 'taskAgain', stepId, taskId: task.id });
  }
  if (!done) return;
  if (step.joined && isMany(definition)) draft.emit({ type: 'stepJoined', stepId, chosen: step.joined, rest: 'run' });
  draft.emit({ type: 'stepCompleted', stepId });
};

const restoreTask = (draft: Draft, { stepId, task, output }: { stepId: string; task: TaskState; output: unknown }): void => {
  const { id: taskId, item, agent } = task;
  const from = draft.state.restoring!.flowId;
  draft.emit(
    {
      type: 'taskRestored',
      stepId,
      taskId,
      output,
      from,
      ...(item === undefined ? {} : { item }),
      ...(agent === undefined ? {} : { agent }),
    },
    output,
  );
};
