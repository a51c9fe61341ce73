import type { CompiledStep } from '../definition/compile.js';
import type { TaskState } from '../state/state.js';
import type { Draft } from './draft.js';

/** A task to dispatch: `item` is the index in the list of a forEach. */
export interface Wanted {
  step: CompiledStep;
  taskId: string;
  item?: number;
  /** The next attempt. */
  attempt: number;
}

export const wantedAgain = (draft: Draft, task: TaskState): Wanted => ({
  step: draft.stepOf(task),
  taskId: task.id,
  item: task.item,
  attempt: task.attempt + 1,
});
