import { isoTime, type AskStatus, type FlowStatus, type State, type StepStatus } from '@waggle/protocol';
import { describeWait, skillOf, type StepDefinition } from '../definition/definition.js';
import { clip } from '../limits.js';
import type { FlowState, StepState, TaskState } from './state.js';

const SHOWN = {
  pending: 'SUBMITTED',
  open: 'WORKING',
  completed: 'COMPLETED',
  failed: 'FAILED',
  skipped: 'SKIPPED',
  canceled: 'CANCELED',
} as const satisfies Record<StepState['status'], StepStatus['state']>;

const fractionOf = (steps: readonly StepState[]): number => {
  const parts = steps.map((step) => {
    if (step.status !== 'open') return step.status === 'pending' ? 0 : 1;
    return step.total === 0 ? 1 : (step.completed + step.failed) / step.total;
  });
  return parts.length === 0 ? 1 : parts.reduce((sum, part) => sum + part, 0) / parts.length;
};

/** What a task waits for that is not at work. */
const waitOf = ({ status, waitsFor }: TaskState, { wait }: StepDefinition): string | undefined => {
  if (status === 'waiting') return waitsFor ?? 'NO_AGENT';
  if (status === 'asking') return 'DECISION';
  if (status === 'relying') return 'CHILDREN';
  return status === 'awaiting' && wait ? describeWait(wait) : undefined;
};

const stateOf = (step: StepState, waitingFor: string | undefined): StepStatus['state'] => {
  if (waitingFor === undefined) return SHOWN[step.status];
  return waitingFor === 'DECISION' ? 'INPUT_REQUIRED' : 'WAITING';
};

/** Questions that a status shows. */
const ASKS = 20;

const asksOf = (state: FlowState): AskStatus[] =>
  [...state.asks.values()].slice(0, ASKS).map(({ ask, due, step }) => ({
    id: ask!.id,
    step: state.flow!.steps[step]!.definition.id,
    severity: ask!.severity,
    question: clip(ask!.requestedDecision, 500),
    options: ask!.options.map(({ id }) => id),
    until: isoTime(due),
  }));

/** With nothing at work, a flow that asks waits for people. */
const flowState = ({ phase, asks, live }: FlowState): State => {
  if (phase === 'none') return 'SUBMITTED';
  if (asks.size === 0) return 'WORKING';
  return [...live].some(({ status }) => status !== 'asking') ? 'WORKING' : 'INPUT_REQUIRED';
};

/** Where the flow is, as its owner may watch it. */
export const statusOf = (state: FlowState): FlowStatus => {
  const { head, outcome } = state;
  const byStep = new Map<number, TaskState[]>();
  for (const task of state.live) {
    const tasks = byStep.get(task.step);
    if (tasks) tasks.push(task);
    else byStep.set(task.step, [task]);
  }
  const steps = state.steps.map((step): StepStatus => {
    const { definition } = state.flow!.steps[step.index]!;
    const { id } = definition;
    const skill = skillOf(definition);
    const live = byStep.get(step.index) ?? [];
    const running = live.filter(({ status }) => status === 'running' || status === 'delegated');
    const waitingFor = live.map((task) => waitOf(task, definition)).find((what) => what !== undefined);
    const agents = new Set(running.flatMap(({ agent }) => agent ?? []));
    return {
      id,
      state: running.length > 0 ? SHOWN[step.status] : stateOf(step, waitingFor),
      ...(skill === undefined ? {} : { skill }),
      total: step.total,
      done: step.completed,
      running: running.length,
      failed: step.failed,
      retries: step.retries,
      ...(waitingFor === undefined ? {} : { waitingFor }),
      ...(agents.size > 0 ? { agents: [...agents].sort() } : {}),
    };
  });
  return {
    flowId: state.flowId,
    state: outcome?.state ?? flowState(state),
    ...(head && !head.single ? { workflow: head.definition.name } : {}),
    fraction: outcome ? 1 : fractionOf(state.steps),
    steps,
    version: state.n,
    startedAt: isoTime(head?.at ?? state.at),
    updatedAt: isoTime(state.at),
    ...(head ? { deadline: isoTime(head.deadline) } : {}),
    ...(state.paused && !outcome ? { paused: true } : {}),
    ...(state.asks.size > 0 && !outcome ? { asks: asksOf(state) } : {}),
  };
};
