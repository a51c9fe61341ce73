import type { FlowState, StepState, TaskState } from './state.js';

const when = (time: number): string => new Date(time).toISOString();

const pending = (state: FlowState, step: StepState): string => {
  const waits = state.flow!.steps[step.index]!.dependencies.filter((index) => {
    const { status } = state.steps[index]!;
    return status === 'pending' || status === 'open';
  });
  return `waits for ${waits.map((index) => state.flow!.steps[index]!.definition.id).join(', ')}`;
};

const waitedFor = ({ on }: TaskState): string => {
  if (on === undefined || on.kind === 'time') return 'for a time';
  return on.kind === 'signal' ? `for the signal ${on.key}` : `for the event ${on.key.replace('~', '/')}`;
};

/** Short lines for people: what each step that has not ended waits for. */
export const explain = (state: FlowState): string[] => {
  if (state.outcome) return [`${state.outcome.state}: ${state.outcome.errors?.map(({ message }) => message).join('; ') ?? 'done'}`];
  const live = [...state.live].sort((a, b) => a.order - b.order);
  return state.steps.flatMap((step) => {
    const { id } = state.flow!.steps[step.index]!.definition;
    if (step.status === 'pending') return [`${id} ${step.unmet > 0 ? pending(state, step) : 'is about to begin'}`];
    return live
      .filter((task) => task.step === step.index)
      .map((task) => {
        if (task.status === 'waiting') return `${task.id} waits for an agent that offers ${task.skill} (NO_AGENT) until ${when(task.due)}`;
        if (task.status === 'awaiting') return `${task.id} waits ${waitedFor(task)} until ${when(task.due)}`;
        if (task.status === 'delegated')
          return `${task.id} runs as the sub-flow ${task.childId}, attempt ${task.attempt}, until ${when(task.due)}`;
        if (task.status === 'retrying') return `${task.id} is tried again at ${when(task.due)} after ${task.fault?.code}`;
        return `${task.id} runs on ${task.agent}, attempt ${task.attempt}, until ${when(task.due)}`;
      });
  });
};
