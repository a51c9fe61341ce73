import { WaggleError, type Fault } from '@waggle/protocol';
import type { CompiledStep } from '../definition/compile.js';
import type { Recovery } from '../definition/definition.js';
import type { TaskState } from '../state/state.js';
import type { Draft } from './draft.js';
import { scopeOf } from './scope-of.js';
import { recoverBy } from './sub-flow.js';

/** What is to be done about a failure, as the step says: the first that names its code, or names none. */
export const recoveryOf = (
  { definition: { onError = [] } }: CompiledStep,
  { code }: Fault,
): { recovery: Recovery; index: number } | undefined => {
  const index = onError.findIndex(({ codes }) => codes === undefined || codes.includes(code));
  return index < 0 ? undefined : { recovery: onError[index]!, index };
};

/** Goes on with a task that has failed as the step says, once. False: there is nothing to be done. */
export const recover = (draft: Draft, task: TaskState, fault: Fault): boolean => {
  const step = draft.stepOf(task);
  const found = recoveryOf(step, fault);
  if (!found || !('run' in found.recovery) || task.recovering) return false;
  try {
    const scope = scopeOf(draft, step, task.item);
    const template = step.recoveries[found.index];
    const input = template ? template.render({ ...scope, local: { ...scope.local, error: fault } }, draft.load) : { error: fault };
    recoverBy(draft, task, { work: found.recovery.run, input: draft.travelling(input) });
    return true;
  } catch (error) {
    if (error instanceof WaggleError) return false;
    throw error;
  }
};
