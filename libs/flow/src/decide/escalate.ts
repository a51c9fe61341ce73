import { createHash } from 'node:crypto';
import {
  isoTime,
  MESSAGE_TYPES,
  problem,
  validatePayload,
  type EscalationDecision,
  type EscalationRequest,
  type Problem,
  type TaskResult,
} from '@waggle/protocol';
import type { Ask, ControlInput, Unheard } from '../control.js';
import { clip, LIMITS } from '../limits.js';
import type { TaskState } from '../state/state.js';
import type { Draft } from './draft.js';
import { cancelChildren } from './end.js';
import { boundProblems, faultOf } from './fault.js';
import { costOf, inRequest, unusable } from './result-bounds.js';
import { failAttempt } from './attempt.js';
import { failTask } from './fail-task.js';

/** Answers that do not count and that a log records all the same: a stranger shall not fill it. */
const RECORDED = 20;
/** Of a ladder: its commands must stand in one transition. */
const RUNGS = 8;
const OPTIONS = 50;

/** Of the question of one attempt: short enough to be typed. */
const askId = (flowId: string, taskId: string, attempt: number): string =>
  `q-${createHash('sha256')
    .update(JSON.stringify([flowId, taskId, attempt]))
    .digest('hex')
    .slice(0, 16)}`;

/** What is wrong with a question beside its form. */
const contradictions = ({ options, ladder = [], defaultAction }: EscalationRequest): Problem[] => {
  const ids = options.map(({ id }) => id);
  const wrong = (field: string, message: string): Problem => problem('INVALID_MESSAGE', message, `payload.request.${field}`);
  return [
    ...(new Set(ids).size < ids.length ? [wrong('options', 'two options have the same id')] : []),
    ...(options.length > OPTIONS ? [wrong('options', `at most ${OPTIONS} options`)] : []),
    ...(ladder.length > RUNGS ? [wrong('ladder', `at most ${RUNGS} rungs`)] : []),
    ...(defaultAction !== undefined && !ids.includes(defaultAction) ? [wrong('defaultAction', 'it is none of the options')] : []),
  ];
};

/** The request of a result, checked; who asks and about what is what the log says. */
const readAsk = (draft: Draft, task: TaskState, request: Record<string, unknown> = {}): { ask: Ask } | { problems: Problem[] } => {
  const { flowId } = draft.state;
  const { rung: _rung, ...given } = request;
  const ask = { ...given, id: askId(flowId, task.id, task.attempt), flowId, taskId: task.id, fromAgent: task.agent } as Ask;
  const problems = validatePayload(MESSAGE_TYPES.escalation, ask).map(inRequest);
  const all = problems.length > 0 ? problems : contradictions(ask);
  return all.length > 0 ? { problems: all } : { ask };
};

/** An attempt ended by asking: the task waits for the answer, without a process, then goes on with it. */
export const onEscalate = (draft: Draft, task: TaskState, result: TaskResult): void => {
  const cost = costOf(result);
  const { request, workState } = result;
  const wrong = unusable({ request, workState });
  if (wrong) return failAttempt(draft, task, { fault: { ...faultOf('MESSAGE_TOO_LARGE', wrong), retryable: false }, cost });
  const read = readAsk(draft, task, request);
  if ('problems' in read) {
    const fault = faultOf('INVALID_MESSAGE', 'the agent asked a malformed question', boundProblems(read.problems));
    return failAttempt(draft, task, { fault: { ...fault, retryable: true }, cost });
  }
  cancelChildren(draft, task);
  raise(draft, { stepId: draft.stepOf(task).definition.id, taskId: task.id, attempt: task.attempt, ask: read.ask, cost, workState });
};

/** Asks the question of a step, which no agent has. */
export const askOfStep = (
  draft: Draft,
  about: { stepId: string; taskId: string },
  question: Omit<EscalationRequest, 'fromAgent'>,
): void => {
  const { flowId } = draft.state;
  const ask: Ask = { ...question, id: askId(flowId, about.taskId, 0), flowId, taskId: about.taskId, fromAgent: 'coordinator' };
  raise(draft, { ...about, attempt: 0, ask, cost: 0 });
};

const raise = (
  draft: Draft,
  asked: { stepId: string; taskId: string; attempt: number; ask: Ask; cost: number; workState?: unknown },
): void => {
  const { ask } = asked;
  const rungs = (ask.ladder ?? []).map(({ after }) => after);
  const ends = rungs.map((_, k) => rungs.slice(0, k + 1).reduce((sum, after) => sum + after, draft.now));
  const end = ask.deadline === undefined ? ends.at(-1) : Date.parse(ask.deadline);
  const until = Math.min(draft.head.deadline, Math.max(draft.now, end ?? Infinity));
  const { workState, ...rest } = asked;
  draft.emit({ type: 'taskAsked', ...rest, until, ...(workState === undefined ? {} : { workState }) }, [ask, workState]);
  draft.earliest = Math.min(draft.earliest, until);
  draft.command({ type: 'ask', id: ask.id });
  ends.slice(0, -1).forEach((at, index) => {
    if (at < until) draft.command({ type: 'rung', id: ask.id, k: index + 1, at });
  });
};

const mayAnswer = (draft: Draft, { who, operator }: Answer, { ladder = [] }: Ask): boolean =>
  operator || who === draft.state.owner || ladder.some(({ name }) => name === who);

type Answer = Extract<ControlInput, { kind: 'answer' }>;

/** Somebody answered. The first that counts decides; what does not count is recorded, for who wanted to decide what is worth knowing. */
export const onAnswer = (draft: Draft, input: Answer): void => {
  const { state } = draft;
  if (state.phase !== 'open') return;
  const { id, who, answer } = input;
  const ignore = (why: Unheard): void => {
    if (state.ignored < RECORDED) draft.emit({ type: 'answerIgnored', id, who, why });
  };
  const task = state.asks.get(id);
  if (!task?.ask) return ignore('NOT_ASKED');
  if (!mayAnswer(draft, input, task.ask)) return ignore('NOT_ALLOWED');
  if ('problems' in answer) return ignore('NOT_READABLE');
  if (!task.ask.options.some((option) => option.id === answer.option)) return ignore('UNKNOWN_OPTION');
  const { option, decidedBy, rationale, data } = answer;
  const wrong = unusable(data);
  if (wrong) return ignore('NOT_READABLE');
  const decision: EscalationDecision = {
    id,
    option,
    decidedBy: clip(decidedBy, 256) || who,
    ...(rationale === undefined ? {} : { rationale: clip(rationale, LIMITS.text) }),
    ...(data === undefined ? {} : { data }),
  };
  decided(draft, task, { how: 'answer', decision, who });
};

/** Nobody answered in time: the default, or the end of the task. */
export const onUnanswered = (draft: Draft, task: TaskState): void => {
  const { id, defaultAction, requestedDecision } = task.ask!;
  if (defaultAction !== undefined) {
    const decision = { id, option: defaultAction, decidedBy: 'default' };
    return decided(draft, task, { how: 'default', decision });
  }
  draft.command({ type: 'hush', id });
  const fault = faultOf('ESCALATION_UNANSWERED', `nobody answered in time: ${requestedDecision}`);
  failTask(draft, { step: draft.stepOf(task), taskId: task.id, item: task.item }, { fault });
};

const decided = (
  draft: Draft,
  task: TaskState,
  { how, decision, who }: { how: 'answer' | 'default'; decision: EscalationDecision; who?: string },
): void => {
  const { id: taskId, attempt } = task;
  draft.emit({ type: 'taskDecided', taskId, how, decision, ...(who === undefined ? {} : { who }) }, decision);
  draft.command({ type: 'hush', id: decision.id });
  if (draft.stepOf(task).definition.decide === undefined) return;
  const time = isoTime(draft.now);
  const { option, decidedBy, rationale, data } = decision;
  const output = { option, decidedBy, how, ...(rationale === undefined ? {} : { rationale }), ...(data === undefined ? {} : { data }) };
  draft.emit({ type: 'taskCompleted', taskId, attempt, output, cost: 0, startedAt: time, endedAt: time, instance: 'people' }, output);
};
