import { isoTime, type Outcome, type OutcomeSummary } from '@waggle/protocol';
import { LIMITS } from '../limits.js';
import type { FlowState } from '../state/state.js';
import { COORDINATOR } from './coordinator.js';
import type { Draft } from './draft.js';
import { rollBack } from './rollback.js';
import { cancelTask } from './stop-step.js';

/** Artifacts an outcome names; the outputs of the steps may name more. */
const ARTIFACTS = 200;

/** Stops what still runs, as much as fits; the outcome once nothing does. */
export const finishEnding = (draft: Draft): void => {
  const { state } = draft;
  for (const task of [...state.live].sort((a, b) => a.order - b.order)) {
    if (draft.full) {
      draft.more = true;
      return;
    }
    cancelTask(draft, task, { reason: state.ending!.state });
  }
  if (draft.full) draft.more = true;
  else if (!rollBack(draft)) conclude(draft, outcomeOf(draft));
};

const outcomeOf = ({ state, head, now }: Draft): Outcome => {
  const tasks: Record<string, number> = { completed: 0, failed: 0, canceled: 0, skipped: 0, attempts: state.attempts };
  for (const { status } of state.tasks.values()) if (status in tasks) tasks[status]!++;
  for (const { status } of state.steps) if (status === 'skipped') tasks.skipped!++;
  const ending = state.ending!;
  return {
    flowId: state.flowId,
    state: ending.state,
    ...(head.single ? {} : { workflow: head.definition.name }),
    ...(ending.state === 'COMPLETED'
      ? { output: ending.output }
      : { errors: [...ending.errors, ...(state.rollback?.problems ?? [])].slice(0, LIMITS.problems) }),
    ...(state.artifacts.length > 0 ? { artifacts: state.artifacts.slice(0, ARTIFACTS) } : {}),
    startedAt: isoTime(head.at),
    endedAt: isoTime(now),
    tasks,
    cost: state.cost,
    summary: summaryOf(state, tasks, now - head.at),
  };
};

const summaryOf = (
  { workMs, tasks }: FlowState,
  { completed = 0, failed = 0 }: Record<string, number>,
  elapsedMs: number,
): OutcomeSummary => {
  const agents = new Set([...tasks.values()].flatMap(({ agent }) => agent ?? []));
  const ended = completed + failed;
  return {
    elapsedMs,
    workMs,
    agents: agents.size,
    successRate: ended === 0 ? 1 : completed / ended,
    failureRate: ended === 0 ? 0 : failed / ended,
  };
};

/** The last event and the last commands of a flow; the outcome is the very last. */
export const conclude = (draft: Draft, outcome: Outcome, parent?: { flowId: string }): void => {
  const { state } = draft;
  draft.emit({ type: 'flowEnded', outcome }, outcome);
  const told = parent ?? state.head?.parent;
  if (told)
    draft.command({
      type: 'notifyParent',
      parent: { flowId: told.flowId },
      childId: state.flowId,
      state: outcome.state,
      cost: outcome.cost,
      // what was set aside for children that are canceled, and have not said what they used, may be used
      attempts: state.used + state.reserved,
      // whoever submitted it for a step waits for what came of it
      ...(state.owner === COORDINATOR ? { output: outcome.output, errors: outcome.errors } : {}),
    });
  draft.command({ type: 'outcome', outcome });
};
