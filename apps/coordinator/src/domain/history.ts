import type { FlowEvent, Transition } from '@waggle/flow';

/** A line of a flow's history, for people and tools. */
export interface HistoryLine {
  n: number;
  /** ISO-8601. */
  at: string;
  event: FlowEvent['type'];
  step?: string;
  task?: string;
  attempt?: number;
  agent?: string;
  /** A code, or what the event says beside names. */
  detail?: string;
}

/** Kept from the beginning and from the end of a long history. */
const HEAD = 50;
const TAIL = 150;

const detailOf = (event: FlowEvent): string | undefined => {
  switch (event.type) {
    case 'attemptFailed':
    case 'taskFailed':
    case 'stepFailed':
      return event.fault.code;
    case 'stepExpanded':
      return `${event.count} tasks`;
    case 'stepSkipped':
      return event.reason;
    case 'taskWaiting':
      return `${event.reason} ${event.skill}`;
    case 'signalApplied':
      return `${event.signal} by ${event.by}`;
    case 'signalIgnored':
      return `${event.signal} by ${event.by}: ${event.why}`;
    case 'childReserved':
    case 'childCanceled':
      return event.childId;
    case 'childRefused':
      return `${event.childId}: ${event.code}`;
    case 'childEnded':
      return `${event.childId}: ${event.state}`;
    case 'rollbackBegun':
      return `by ${event.childId}: ${event.steps.join(', ')}`;
    case 'rollbackEnded':
    case 'flowRejected':
      return event.problems.map(({ code }) => code).join(', ');
    case 'flowEnding':
      return event.state;
    case 'flowEnded':
      return event.outcome.state;
    default:
      return undefined;
  }
};

const lineOf = ({ n, at }: Transition, event: FlowEvent): HistoryLine => {
  const names = event as { stepId?: string; taskId?: string; attempt?: number; agent?: string };
  const detail = detailOf(event);
  return {
    n,
    at: new Date(at).toISOString(),
    event: event.type,
    ...(names.stepId !== undefined && { step: names.stepId }),
    ...(names.taskId !== undefined && { task: names.taskId }),
    ...(names.attempt !== undefined && { attempt: names.attempt }),
    ...(names.agent !== undefined && { agent: names.agent }),
    ...(detail !== undefined && { detail }),
  };
};

/** What happened, in order; of a long history the beginning and the end, and how many lines are left out between them. */
export const historyOf = (transitions: Iterable<Transition>): { lines: HistoryLine[]; leftOut: number } => {
  const head: HistoryLine[] = [];
  const tail: HistoryLine[] = [];
  let leftOut = 0;
  for (const transition of transitions) {
    for (const event of transition.events) {
      if (event.type === 'timerArmed' || event.type === 'timerFired') continue;
      (head.length < HEAD ? head : tail).push(lineOf(transition, event));
      if (tail.length > 2 * TAIL) leftOut += tail.splice(0, TAIL).length;
    }
  }
  leftOut += tail.splice(0, Math.max(0, tail.length - TAIL)).length;
  return { lines: [...head, ...tail], leftOut };
};
