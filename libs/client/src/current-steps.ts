import type { FlowStatus, StepStatus } from '@waggle/protocol';

/** Where a flow is just now: a step that is under way, as "step 2 of 5". */
export interface CurrentStep extends Pick<StepStatus, 'id' | 'state' | 'skill' | 'total' | 'done' | 'agents' | 'waitingFor'> {
  /** From 1 on, in the order of the definition. */
  number: number;
  of: number;
}

const UNDER_WAY: readonly StepStatus['state'][] = ['WORKING', 'WAITING', 'INPUT_REQUIRED', 'AUTH_REQUIRED'];

/** Current step information: every step that is under way, in the order of the definition; several where steps run beside each other. */
export const currentSteps = ({ steps }: Pick<FlowStatus, 'steps'>): CurrentStep[] =>
  steps.flatMap(({ id, state, skill, total, done, agents, waitingFor }, index) =>
    UNDER_WAY.includes(state) ? [{ id, state, skill, total, done, agents, waitingFor, number: index + 1, of: steps.length }] : [],
  );
