import { WaggleError, type Fault } from '@waggle/protocol';
import type { CompiledStep } from '../definition/compile.js';
import type { Escalation, FlowDefinition, Recovery } from '../definition/definition.js';
import { DEFAULTS } from '../definition/read-definition.js';
import { LIMITS } from '../limits.js';
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

/** The question what is to be done about a failure, as a flow whose output is the answer. */
const escalation = ({ severity, ladder, default: otherwise, timeout }: Escalation): FlowDefinition => ({
  name: 'escalation',
  version: '1.0.0',
  budget: { ...DEFAULTS.budget, time: LIMITS.time },
  steps: [
    {
      id: 'ask',
      decide: {
        question: '${{ input.task }} failed with ${{ input.error.code }}: ${{ input.error.message }}. What now?',
        severity,
        options: [
          { id: 'retry', label: 'Try again' },
          { id: 'skip', label: 'Go on without it' },
          { id: 'fail', label: 'Let the flow fail' },
        ],
        ...(ladder ? { ladder } : {}),
        ...(otherwise ? { default: otherwise } : {}),
      },
      input: '${{ input }}',
      ...(timeout === undefined ? {} : { timeout }),
      join: 'all',
      retry: { ...DEFAULTS.retry, attempts: 1 },
      onFailure: 'fail',
    },
  ],
  output: '${{ steps.ask.output.option }}',
});

/** Goes on with a task that has failed as the step says, once. False: there is nothing to be done. */
export const recover = (draft: Draft, task: TaskState, fault: Fault): boolean => {
  const step = draft.stepOf(task);
  const found = recoveryOf(step, fault);
  if (!found || task.recovering) return false;
  const { recovery } = found;
  if ('do' in recovery) {
    if (recovery.do !== 'escalate') return false;
    recoverBy(draft, task, { work: { flow: escalation(recovery) }, input: { task: task.id, error: fault }, decides: true });
    return true;
  }
  try {
    const scope = scopeOf(draft, step, task.item);
    const template = step.recoveries[found.index];
    const input = template ? template.render({ ...scope, local: { ...scope.local, error: fault } }, draft.load) : { error: fault };
    recoverBy(draft, task, { work: recovery.run, input: draft.travelling(input) });
    return true;
  } catch (error) {
    if (error instanceof WaggleError) return false;
    throw error;
  }
};
