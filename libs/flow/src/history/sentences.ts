import { awaitedText } from '../state/awaited-text.js';
import type { FlowEvent, Origin, Transition } from '../types.js';

type Sentences = { [T in FlowEvent['type']]: (event: Extract<FlowEvent, { type: T }>) => string };

const clock = (time: number): string => new Date(time).toISOString();

const span = (milliseconds: number): string =>
  milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${Number((milliseconds / 1_000).toPrecision(3))} s`;

const money = (cost: number): string => (cost > 0 ? `, for $${cost}` : '');

const took = (from: string, to: string): string => span(Math.max(0, Date.parse(to) - Date.parse(from)));

const attempted = (attempt: number): string => (attempt > 1 ? ` (attempt ${attempt})` : '');

const codes = (problems: readonly { code: string; message: string }[]): string =>
  problems.map(({ code, message }) => `${code}: ${message}`).join('; ');

const REFUSALS = {
  NOT_OWNER: 'the flow is not theirs',
  FLOW_UNKNOWN: 'it is older than the flow',
  SUPERSEDED: 'a later one was applied already',
  ENDED: 'the flow had ended',
  UNSUPPORTED: 'flows do not know it',
  NOT_READABLE: 'it names nothing that could be waited for, or brings too much',
  TOO_MANY: 'too many came that nobody waits for',
} as const;

const UNHEARD = {
  NOT_ASKED: 'nothing of that id waits for one',
  NOT_ALLOWED: 'it is not theirs to decide',
  NOT_READABLE: 'it cannot be read',
  UNKNOWN_OPTION: 'there is no such option',
} as const;

/** A sentence for every kind of event there is: a new kind is a compile error here. */
const SENTENCES: Sentences = {
  flowStarted: ({ definition: { name, version, steps }, owner, deadline, single, parent, resumes, replays }) => {
    const what = single ? `the task ${steps[0]?.skill ?? name}` : `${name} ${version}`;
    const child = parent ? ` as a child of ${parent.flowId} (${parent.taskId})` : '';
    const again = resumes ? `, to go on from ${resumes.flowId} as it was after ${resumes.n} transitions` : '';
    const replay = replays ? `, to try ${replays.taskId} of ${replays.flowId} again` : '';
    return `${owner} asked for ${what}${child}${again}${replay}; it must end by ${clock(deadline)}`;
  },
  flowRejected: ({ owner, problems }) => `what ${owner} asked for was rejected: ${codes(problems)}`,
  stepExpanded: ({ stepId, count }) => `${stepId} became ${count} ${count === 1 ? 'task' : 'tasks'}`,
  stepSkipped: ({ stepId, reason }) => `${stepId} was skipped (${reason})`,
  taskDispatched: ({ taskId, attempt, agent, skill, priority, deadline, because }) =>
    `${taskId} went to ${agent} for ${skill}${attempted(attempt)}, priority ${priority}, until ${clock(deadline)}${
      because === undefined ? '' : ` (${because})`
    }`,
  taskWaiting: ({ taskId, skill, until, reason }) => {
    const why = {
      FROZEN: `${skill} is frozen`,
      NO_AGENT: `nobody offers ${skill}`,
      BUDGET: 'others have been promised what is left of the budget',
    }[reason];
    return `${taskId} waits, for ${why} (${reason}); at most until ${clock(until)}`;
  },
  taskDelegated: ({ taskId, attempt, childId, deadline, cost, recovers }) =>
    `${taskId} ${recovers === 'decision' ? 'is up to people, by' : recovers ? 'is recovered by' : 'goes on as'} the sub-flow ${childId}${attempted(attempt)}${money(cost)}, until ${clock(deadline)}`,
  taskAwaiting: ({ taskId, until, on }) => `${taskId} waits ${awaitedText(on)}, until ${clock(until)}`,
  taskCompleted: ({ taskId, attempt, startedAt, endedAt, cost, instance }) =>
    `${taskId} was completed${attempted(attempt)} in ${took(startedAt, endedAt)} by instance ${instance}${money(cost)}`,
  attemptFailed: ({ taskId, attempt, fault, retryAt, cost }) =>
    `attempt ${attempt} of ${taskId} failed with ${fault.code}: ${fault.message}${money(cost)}; ${
      retryAt === undefined ? 'it is not tried again' : `it is tried again at ${clock(retryAt)}`
    }`,
  taskFailed: ({ taskId, fault }) => `${taskId} failed for good with ${fault.code}: ${fault.message}`,
  taskCanceled: ({ taskId }) => `${taskId} was canceled`,
  stepJoined: ({ stepId, chosen, rest }) =>
    `${stepId} has what it asks for, of ${chosen.join(', ')}${rest === 'cancel' ? '; the rest is stopped' : '; the rest runs on'}`,
  stepStopped: ({ stepId, reason }) => `${stepId} is stopped: ${reason}`,
  stepCanceled: ({ stepId, reason }) => `${stepId} was canceled: ${reason}`,
  definitionChanged: ({ by, add = [], replace = [], skip = [] }) => {
    const parts = [
      ['added', add.map(({ id }) => id)],
      ['replaced', replace.map(({ id }) => id)],
      ['left out', skip],
    ] as const;
    return `${by} changed the flow: ${parts
      .filter(([, ids]) => ids.length > 0)
      .map(([what, ids]) => `${what} ${ids.join(', ')}`)
      .join('; ')}`;
  },
  rollbackBegun: ({ childId, steps, problems }) =>
    `${steps.length > 0 ? `what was done is undone by the flow ${childId}, the last first: ${steps.join(', ')}` : 'nothing can be undone'}${
      problems.length > 0 ? `; not so ${codes(problems)}` : ''
    }`,
  rollbackEnded: ({ problems }) => (problems.length > 0 ? `not all was undone: ${codes(problems)}` : 'nothing more is to be undone'),
  boxOpened: ({ box, due }) => `the time of ${box} has begun, until ${clock(due)}`,
  boxClosed: ({ box, over }) => (over ? `the time of ${box} is over` : `${box} ended in time`),
  ruleJudged: ({ rule, holds, problems = [] }) =>
    `the rule ${rule} ${holds ? 'holds' : 'does not hold'}${problems.length > 0 ? `, but was refused: ${codes(problems)}` : ''}`,
  stepCompleted: ({ stepId }) => `${stepId} was completed`,
  stepFailed: ({ stepId, fault }) => `${stepId} failed with ${fault.code}: ${fault.message}`,
  signalApplied: ({ signal, by, reason, note }) =>
    note ? `${by} told it ${note.name}` : `${by} told it to ${signal}${reason === undefined ? '' : `: ${reason}`}`,
  signalIgnored: ({ signal, by, why }) => `${by} told it to ${signal}, which was ignored: ${REFUSALS[why]}`,
  childReserved: ({ childId, taskId, tasks, agent }) =>
    // what undoes is outside of the budget: no tasks of it are set aside
    tasks === 0
      ? `the flow ${childId} begins to undo`
      : `${agent} delegates ${taskId} to the flow ${childId}, which may run ${tasks} ${tasks === 1 ? 'task' : 'tasks'}`,
  childRefused: ({ childId, code }) => `the flow ${childId} was refused as a child: ${code}`,
  childEnded: ({ childId, state, attempts, cost }) =>
    `the child ${childId} ended ${state}${attempts > 0 ? ` after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}` : ''}${money(cost)}`,
  childCanceled: ({ childId }) => `the child ${childId} was canceled`,
  taskAsked: ({ taskId, ask, until }) =>
    `${taskId} asks (${ask.severity}): ${ask.requestedDecision}; ${ask.options.map(({ id }) => id).join(' or ')}, until ${clock(until)}, as ${ask.id}`,
  taskDecided: ({ taskId, how, who = '', decision: { option, decidedBy, rationale } }) =>
    how === 'default'
      ? `nobody answered ${taskId}: its default "${option}" was taken`
      : `${decidedBy}${who === '' || who === decidedBy ? '' : `, signed in as ${who},`} decided "${option}" for ${taskId}${rationale === undefined ? '' : `: ${rationale}`}`,
  answerIgnored: ({ id, who, why }) => `an answer of ${who} to ${id} was ignored: ${UNHEARD[why]}`,
  taskHandedOn: ({ taskId, handoff: { fromAgent, toAgent, reason, context }, skill }) =>
    `${fromAgent} hands ${taskId} on to ${toAgent ?? `whoever offers ${skill}`} (${reason}); still to do: ${context.remainingWork}`,
  handoffOffered: ({ taskId, agent, expires }) =>
    `${taskId} was offered to ${agent}${expires === undefined ? '' : `, who has until ${clock(expires)} to take it`}`,
  handoffAccepted: ({ taskId, agent }) => `${agent} took ${taskId}`,
  handoffReturned: ({ taskId, fault, next }) =>
    `the handoff of ${taskId} was not taken (${fault.code}: ${fault.message}): it goes ${next ? 'to the next who offers it' : 'back'}`,
  taskRelies: ({ taskId, flows }) => `${taskId} waits for ${flows.length === 1 ? `the flow ${flows[0]}` : `${flows.length} child flows`}`,
  taskGranted: ({ taskId, resource }) => `${taskId} has its turn at ${resource}`,
  taskReady: ({ taskId }) => `${taskId} may go on`,
  attemptInterrupted: ({ taskId, attempt }) => `attempt ${attempt} of ${taskId} was stopped by the pause`,
  flowPaused: ({ running }) => `the flow is paused: nothing begins, and what runs ${running === 'finish' ? 'may finish' : 'is stopped'}`,
  flowResumed: () => 'the flow goes on',
  flowStopping: ({ until }) => `what runs was asked to stop, and has until ${clock(until)}`,
  attemptStopping: ({ taskId, attempt }) => `attempt ${attempt} of ${taskId} was asked to stop`,
  signalRefused: ({ signal, by, problems }) => `${by} told it to ${signal}, which was refused: ${codes(problems)}`,
  taskReprioritised: ({ taskId, priority }) => `${taskId} has the priority ${priority} from its next attempt on`,
  taskRestored: ({ taskId, from }) => `${taskId} was completed by the flow ${from} already`,
  taskAgain: ({ taskId }) => `${taskId} is done again`,
  flowRestored: ({ from, n }) => `it goes on from what ${from} had completed by its transition ${n}`,
  timerArmed: ({ at }) => `the broker's timer was set to ${clock(at)}`,
  timerFired: ({ at }) => `the timer of ${clock(at)} fired`,
  flowEnding: ({ state, errors }) => `the flow is ${state}${errors.length > 0 ? `, for ${codes(errors)}` : ''}: what runs is stopped`,
  flowEnded: ({ outcome: { state, tasks } }) =>
    `the flow ended ${state}: ${Object.entries(tasks)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ')}`,
};

/** What one event says, as a sentence for people. */
export const sentenceOf = (event: FlowEvent): string => {
  const sentence = (SENTENCES as Record<string, ((event: FlowEvent) => string) | undefined>)[event.type];
  return sentence?.(event) ?? `an event of the type ${event.type}, which is not known here`;
};

const CAUSES: Readonly<Record<string, string>> = {
  SUBMIT: 'a submission or signal',
  RESULT: 'a result',
  TIMER: 'a timer',
  ESCALATION: 'an answer',
  EVENT: 'an event',
  FLOW: 'another flow',
};

const cause = (stream: string, count: number): string => `${CAUSES[stream] ?? stream}${count > 1 ? ` (${count} of them)` : ''}`;

/** What made a transition happen: the inputs it dealt with, by where they came from. */
export const causeOf = (inputs: readonly Origin[]): string => {
  const counts = new Map<string, number>();
  for (const { stream } of inputs) counts.set(stream, (counts.get(stream) ?? 0) + 1);
  if (counts.size === 0) return 'what was left to do';
  return [...counts].map(([stream, count]) => cause(stream, count)).join(' and ');
};

/** One entry of a flow's log, told. */
export interface ToldTransition {
  n: number;
  /** Milliseconds. */
  at: number;
  /** Why it happened. */
  because: string;
  /** What happened, a sentence each. */
  said: string[];
}

export const tell = ({ n, at, inputs, events }: Transition): ToldTransition => ({
  n,
  at,
  because: causeOf(inputs),
  said: events.map(sentenceOf),
});
