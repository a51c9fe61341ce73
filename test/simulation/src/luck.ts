import { behaviourOf, mannerOf } from './behaviour.js';
import type { Checker } from './checker.js';
import type { FlowRecord } from './flow-record.js';
import type { FlowPlan } from './plan.js';

/** Faults that a flow may have met or not, as it happened to be. */
const UNLUCKY = ['BUDGET_EXCEEDED', 'POISON'];

/** A flow and all flows below it. */
const familyOf = (records: ReadonlyMap<string, FlowRecord>, flowId: string): FlowRecord[] => {
  const record = records.get(flowId);
  return record ? [record, ...[...record.children.keys()].flatMap((id) => familyOf(records, id))] : [];
};

/** Attempts that nobody meant to end by their deadline. */
const strayTimeout = ({ flowId, attempts, delegations }: FlowRecord, seed: number): boolean => {
  const meant = (taskId: string, attempt: number): boolean => attempt === 1 && behaviourOf(seed, flowId, taskId) === 'hangOnce';
  const late = [...attempts.values(), ...delegations.values()].filter(({ ended }) => ended?.how === 'timeout');
  return late.some(({ taskId, attempt, childId }) => childId !== undefined || !meant(taskId, attempt));
};

/** Questions that several answer, or somebody when its time is up, or that a fault let nobody answer. */
const luckyQuestion = ({ waits }: FlowRecord, seed: number): boolean =>
  [...waits.questions.values()].some(({ id, closed }) => {
    const manner = mannerOf(seed, id);
    const inTime = closed?.how === 'answer';
    return manner === 'atTheEnd' || manner === 'contested' || (!inTime && (manner === 'prompt' || manner === 'mistaken'));
  });

const luckyFault = ({ transitions }: FlowRecord): boolean =>
  transitions.some(({ events }) =>
    events.some((event) => 'fault' in event && event.fault !== undefined && UNLUCKY.includes(event.fault.code)),
  );

/** Whether how a flow ends is not a matter of what comes first, by what is asked of it. */
export const isPlain = ({ definition: { steps, budget }, cancelAt, takenAt }: FlowPlan): boolean =>
  cancelAt === undefined &&
  takenAt === undefined &&
  budget.tasks >= 200 &&
  steps.every(({ join, wait }) => join === undefined && isTime(wait));

const isTime = (wait: unknown): boolean => wait === undefined || 'for' in (wait as object);

/** Whether it did not become one as it ran. */
export const wasPlain = ({ records }: Checker, seed: number, flowId: string): boolean =>
  familyOf(records, flowId).every((record) => !strayTimeout(record, seed) && !luckyQuestion(record, seed) && !luckyFault(record));

/** A broker that is nearly full refuses what would begin. */
export const wasRefused = (checker: Checker, { owner, id }: FlowPlan): boolean =>
  checker.outcomeOf(owner, id)?.errors?.some(({ code }) => code === 'OVERLOADED') ?? false;
