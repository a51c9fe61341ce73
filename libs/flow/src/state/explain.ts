import { awaitedText } from './awaited-text.js';
import type { FlowState, StepState, TaskState } from './state.js';

const when = (time: number): string => new Date(time).toISOString();

const pending = (state: FlowState, step: StepState): string => {
  const waits = state.flow!.steps[step.index]!.dependencies.filter((index) => {
    const { status } = state.steps[index]!;
    return status === 'pending' || status === 'open';
  });
  return `waits for ${waits.map((index) => state.flow!.steps[index]!.definition.id).join(', ')}`;
};

const options = ({ ask }: TaskState): string => ask!.options.map(({ id }) => id).join(', ');

/** Whoever could take what waits: what was handed on to one agent is for that one alone. */
const wantedFor = ({ offer, skill }: TaskState): string =>
  offer?.to === undefined ? `an agent that offers ${skill}` : `${offer.to}, which it was handed on to, to offer ${skill}`;

const sentence = (task: TaskState, state: FlowState): string => {
  switch (task.status) {
    case 'waiting':
      if (task.waitsFor === 'BUDGET') return `${task.id} waits for what those at work do not spend of the flow's budget (BUDGET)`;
      return task.waitsFor === 'FROZEN'
        ? `${task.id} waits for ${task.skill} to be thawed (FROZEN) until ${when(task.due)}`
        : `${task.id} waits for ${wantedFor(task)} (NO_AGENT) until ${when(task.due)}`;
    case 'awaiting':
      return `${task.id} waits ${task.on ? awaitedText(task.on) : 'for a time'} until ${when(task.due)}`;
    case 'delegated':
      return `${task.id} runs as the sub-flow ${task.childId}, attempt ${task.attempt}, until ${when(task.due)}`;
    case 'asking':
      return `${task.id} waits for an answer to "${task.ask!.requestedDecision}" (${task.ask!.id}: ${options(task)}) until ${when(task.due)}`;
    case 'relying': {
      const open = task.relies!.filter((id) => !state.refused.has(id) && (state.children.get(id)?.status ?? 'open') === 'open');
      return `${task.id} waits for the child flows ${open.join(', ')}`;
    }
    case 'ready':
      return `${task.id} goes on as soon as the flow does`;
    case 'retrying':
      return `${task.id} is tried again at ${when(task.due)} after ${task.fault?.code}`;
    default:
      return `${task.id} ${task.offer ? 'was offered to' : 'runs on'} ${task.agent}, attempt ${task.attempt}, until ${when(task.due)}`;
  }
};

/** What holds the whole flow. */
const held = ({ paused, stopping, rollback }: FlowState): string[] => [
  ...(rollback?.status === 'open'
    ? [`it has failed, and what was done is undone by the flow ${rollback.childId}: ${rollback.steps.join(', ')}`]
    : []),
  ...(paused
    ? [`it is paused: nothing begins until it is resumed, what runs ${paused.running === 'finish' ? 'may finish' : 'was stopped'}`]
    : []),
  ...(stopping ? [`it is being canceled: what runs has until ${when(stopping.until)}`] : []),
];

/** Short lines for people: what each step that has not ended waits for. */
export const explain = (state: FlowState): string[] => {
  if (state.outcome) return [`${state.outcome.state}: ${state.outcome.errors?.map(({ message }) => message).join('; ') ?? 'done'}`];
  const live = [...state.live].sort((a, b) => a.order - b.order);
  const steps = state.steps.flatMap((step) => {
    const { id } = state.flow!.steps[step.index]!.definition;
    if (step.status === 'pending') return [`${id} ${step.unmet > 0 ? pending(state, step) : 'is about to begin'}`];
    return live.filter((task) => task.step === step.index).map((task) => sentence(task, state));
  });
  const boxes = [...state.boxes].flatMap(([id, box]) =>
    box === 'closed' ? [] : [`${id.replace('step:', '')} must have ended by ${when(box.due)}`],
  );
  return [...held(state), ...steps, ...boxes];
};
