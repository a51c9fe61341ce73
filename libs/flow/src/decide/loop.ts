import type { CompiledStep } from '../definition/compile.js';
import { loadWhole } from '../expression/loader.js';
import type { StepState } from '../state/state.js';
import { begin } from './begin.js';
import type { Draft } from './draft.js';
import { evaluationFault, faultOf } from './fault.js';
import { roomLeft } from './order.js';
import { failStep } from './step-end.js';

/** The next iteration of a loop whose last one has ended, or its end. */
export const proceedLoop = (draft: Draft, step: CompiledStep, at: StepState): void => {
  const { id: stepId, repeat } = step.definition;
  if (at.failed > 0) return failStep(draft, step, at.fault!);
  if (at.begun > at.completed) return;
  if (at.begun > 0) {
    try {
      if (isOver(draft, step, at)) return draft.emit({ type: 'stepCompleted', stepId });
    } catch (error) {
      return failStep(draft, step, evaluationFault(error));
    }
    if (at.begun === at.total) {
      if (repeat!.until === undefined || repeat!.otherwise === 'continue') return draft.emit({ type: 'stepCompleted', stepId });
      return failStep(
        draft,
        step,
        faultOf('LOOP_EXHAUSTED', `after ${at.total} iterations it is still not so: ${repeat!.until.slice(0, 200)}`),
      );
    }
  }
  if (roomLeft(draft) > 0) begin(draft, { step, taskId: `${stepId}-${at.begun}`, item: at.begun, attempt: 1 });
};

const isOver = (draft: Draft, { until }: CompiledStep, { begun, outputs }: StepState): boolean => {
  if (!until) return false;
  const scope = draft.scope({ iteration: begun - 1, last: outputs[begun - 1] ?? null });
  return loadWhole(until.evaluate(scope, draft.load), draft.load) === true;
};
