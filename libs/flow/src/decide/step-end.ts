import type { Fault } from '@waggle/protocol';
import type { CompiledStep } from '../definition/compile.js';
import type { Draft } from './draft.js';
import { endFlow } from './end.js';
import { problemsOf } from './fault.js';

/** Whether the flow goes on when the step fails: its author says so, or only joins wait for it. */
export const isTolerated = ({ definition, tolerated }: CompiledStep): boolean => definition.onFailure === 'continue' || tolerated;

/** The end of a step that failed, and what it does to the flow. */
export const failStep = (draft: Draft, step: CompiledStep, fault: Fault): void => {
  const { id: stepId } = step.definition;
  draft.emit({ type: 'stepFailed', stepId, fault }, fault);
  if (!isTolerated(step)) endFlow(draft, 'FAILED', { errors: problemsOf(fault, `steps.${stepId}`) });
};
