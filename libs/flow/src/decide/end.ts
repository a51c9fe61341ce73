import { skillKey, type EndState, type Problem } from '@waggle/protocol';
import type { TaskState } from '../state/state.js';
import type { Draft } from './draft.js';
import { boundProblems } from './fault.js';

/** Stops the children of an attempt that has ended. */
export const cancelChildren = (draft: Draft, task: TaskState): void => {
  for (const childId of task.children) cancelChild(draft, childId);
};

export const cancelChild = (draft: Draft, childId: string): void => {
  draft.emit({ type: 'childCanceled', childId });
  draft.command({ type: 'cancelChild', childId, owner: draft.state.children.get(childId)!.agent });
};

/** Tells an agent to stop with the attempt at work. */
export const abort = (draft: Draft, { id: taskId, agent, priority, attempt }: TaskState, reason: string): void =>
  draft.command({ type: 'abort', agent: agent!, priority, taskId, attempt, reason });

/** No task waits for the skill any more: out of the index. To be asked before and after a task stops waiting. */
export const unwaitIfLast = (draft: Draft, skill: string, before: boolean): void => {
  if (before && !draft.state.waiting.has(skill)) draft.command({ type: 'unwait', kind: 'skill', key: skillKey(skill) });
};

/** Decides the end of the flow: from here on nothing else counts. */
export const endFlow = (draft: Draft, state: EndState, ended: { errors?: Problem[]; output?: unknown }): void =>
  draft.emit({ type: 'flowEnding', state, errors: boundProblems(ended.errors ?? []), output: ended.output }, ended.output);
