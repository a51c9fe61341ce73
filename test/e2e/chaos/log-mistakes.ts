import { isDeepStrictEqual } from 'node:util';
import { emptyState, fold, type FlowEvent, type FlowState, type Transition } from '@waggle/flow';
import type { Outcome } from '@waggle/protocol';

/** What the broker holds of a flow that ended. */
export interface FlowRecord {
  log: Transition[];
  /** All that were published. */
  outcomes: Outcome[];
  /** Sequence in RESULT of the result stored for an attempt (`taskId/attempt`). */
  results: ReadonlyMap<string, number>;
}

type EventOf<T extends FlowEvent['type']> = Extract<FlowEvent, { type: T }>;

const SHOWN = 5;

export const attemptOf = ({ taskId, attempt }: { taskId: string; attempt: number }): string => `${taskId}/${attempt}`;

export const eventsOf = <T extends FlowEvent['type']>(log: readonly Transition[], ...types: T[]): EventOf<T>[] =>
  log.flatMap(({ events }) => events).filter((event): event is EventOf<T> => (types as string[]).includes(event.type));

const twice = (list: readonly string[]): string[] => [...new Set(list.filter((each, i) => list.indexOf(each) !== i))];

const foldAll = (log: readonly Transition[]): FlowState => log.reduce((state, transition) => fold(state, transition), emptyState());

/** What is wrong with the log alone: gaps, inputs applied twice, attempts counted twice, tasks without an end. */
const mistakesInLog = (log: readonly Transition[]): [what: string, where: string[]][] => {
  const dispatched = eventsOf(log, 'taskDispatched');
  const completed = eventsOf(log, 'taskCompleted');
  const done = new Set(completed.map(({ taskId }) => taskId));
  return [
    ['a gap in the log at', log.filter(({ n }, i) => n !== i + 1).map(({ n }) => String(n))],
    ['inputs applied twice', twice(log.flatMap(({ inputs }) => inputs.map(({ stream, sequence }) => `${stream} ${sequence}`)))],
    ['attempts dispatched twice', twice(dispatched.map(attemptOf))],
    ['attempts that ended twice', twice(eventsOf(log, 'taskCompleted', 'attemptFailed').map(attemptOf))],
    ['tasks completed twice', twice(completed.map(({ taskId }) => taskId))],
    ['tasks without an end', [...new Set(dispatched.map(({ taskId }) => taskId))].filter((taskId) => !done.has(taskId))],
  ];
};

const mistakesAtEnd = ({ log, outcomes }: FlowRecord): string[] => {
  const ends = eventsOf(log, 'flowEnded');
  const last = log.at(-1)?.events.at(-1)?.type;
  if (ends.length !== 1 || last !== 'flowEnded') return [`${ends.length} ends in the log, whose last event is ${last}`];
  if (outcomes.length !== 1) return [`${outcomes.length} outcomes`];
  return isDeepStrictEqual(outcomes[0], ends[0]!.outcome) ? [] : ['the outcome is not what the log says'];
};

const mistakesInFold = (log: readonly Transition[]): string[] => {
  const state = foldAll(log);
  if (!isDeepStrictEqual(state, foldAll(JSON.parse(JSON.stringify(log)) as Transition[])))
    return ['folded twice, the log gives two states'];
  return state.phase === 'ended' ? [] : [`the log folds to ${state.phase}`];
};

/** Everything wrong with what the broker holds of a flow that completed with all its tasks. */
export const mistakesIn = (record: FlowRecord): string[] => {
  const { log, results } = record;
  const applied = new Set(log.flatMap(({ inputs }) => inputs.filter(({ stream }) => stream === 'RESULT').map(({ sequence }) => sequence)));
  const others = eventsOf(log, 'taskCompleted')
    .map(attemptOf)
    .filter((attempt) => !applied.has(results.get(attempt) ?? -1));
  const listed = [...mistakesInLog(log), ['completed by another result than the stored one', others] as const]
    .filter(([, where]) => where.length > 0)
    .map(
      ([what, where]) => `${what}: ${where.slice(0, SHOWN).join(', ')}${where.length > SHOWN ? ` and ${where.length - SHOWN} more` : ''}`,
    );
  return [...listed, ...mistakesAtEnd(record), ...mistakesInFold(log)];
};
