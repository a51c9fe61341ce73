import { createHash } from 'node:crypto';
import {
  MESSAGE_TYPES,
  problem,
  validatePayload,
  WaggleError,
  type Fault,
  type HandoffRequest,
  type Problem,
  type TaskResult,
} from '@waggle/protocol';
import { compileExpression } from '../expression/expression.js';
import { LIMITS } from '../limits.js';
import type { TaskState } from '../state/state.js';
import type { Draft } from './draft.js';
import { abort, cancelChildren, unwaitIfLast } from './end.js';
import { boundProblems, faultOf } from './fault.js';
import { costOf, inRequest, unusable } from './result-bounds.js';
import { failAttempt } from './attempt.js';

const PREREQUISITES = 20;
const LONGEST_PREREQUISITE = 2000;

const field = (name: string, message: string): Problem => problem('INVALID_MESSAGE', message, `payload.request.${name}`);

/** The request of a result, checked; who hands on and what is what the log says. */
const readHandoff = (task: TaskState, request: Record<string, unknown> = {}): { handoff: HandoffRequest } | { problems: Problem[] } => {
  const handoff = { ...request, fromAgent: task.agent, taskId: task.id } as HandoffRequest;
  const problems = validatePayload(MESSAGE_TYPES.handoff, handoff).map(inRequest);
  if (problems.length > 0) return { problems };
  const { toAgent, toSkill, prerequisites = [] } = handoff;
  if (toAgent === undefined && toSkill === undefined) problems.push(field('toAgent', 'toAgent or toSkill must be given'));
  if (toAgent === task.agent && toSkill === undefined) problems.push(field('toAgent', 'it is the agent that hands it on'));
  if (prerequisites.length > PREREQUISITES || prerequisites.some((each) => each.length > LONGEST_PREREQUISITE))
    problems.push(field('prerequisites', `at most ${PREREQUISITES}, each of ${LONGEST_PREREQUISITE} characters`));
  return problems.length > 0 ? { problems } : { handoff };
};

/** The first prerequisite that does not hold, as what it does to the attempt. Throws MissingValues. */
const unmet = (draft: Draft, { prerequisites = [] }: HandoffRequest): Fault | undefined => {
  for (const source of prerequisites) {
    const compiled = compileExpression(source, 'bool');
    if ('mistakes' in compiled) return faultOf('HANDOFF_NOT_READY', `${source}: ${compiled.mistakes[0]?.message}`);
    try {
      if (compiled.expression.evaluate(draft.scope(), draft.load) !== true)
        return faultOf('HANDOFF_NOT_READY', `it does not hold: ${source}`);
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      return faultOf('HANDOFF_NOT_READY', error.message);
    }
  }
  return undefined;
};

/** What the task has got to: an agent that gets it back in the very same state is in a loop. */
const markOf = ({ context: { completedWork } }: HandoffRequest, workState: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify([completedWork, workState ?? null]))
    .digest('hex')
    .slice(0, 16);

const looped = (task: TaskState, to: { agent?: string; skill: string }, mark: string): Fault | undefined => {
  const passed = task.passed ?? [];
  if (passed.length >= LIMITS.hops) return faultOf('HOP_LIMIT', `it was handed on ${passed.length} times already`);
  const again = passed.some((each) => each.mark === mark && (each.agent === task.agent || each.agent === to.agent));
  if (!again) return undefined;
  const chain = [...passed.map(({ agent }) => agent), task.agent, to.agent ?? to.skill].join(' -> ');
  return faultOf('HANDOFF_LOOP', `it went round without getting further: ${chain}`);
};

/** An attempt ended by passing the task on: checked, then offered. What is not accepted goes back. */
export const onHandoff = (draft: Draft, task: TaskState, result: TaskResult): void => {
  const cost = costOf(result);
  const fail = (fault: Fault): void => failAttempt(draft, task, { fault, cost });
  const { request, workState = request?.workState } = result;
  const wrong = unusable({ request, workState });
  if (wrong) return fail({ ...faultOf('MESSAGE_TOO_LARGE', wrong), retryable: false });
  const read = readHandoff(task, request);
  if ('problems' in read) {
    const fault = faultOf('INVALID_MESSAGE', 'the agent handed on with a malformed request', boundProblems(read.problems));
    return fail({ ...fault, retryable: true });
  }
  const handoff: HandoffRequest = { ...read.handoff, ...(workState === undefined ? {} : { workState }) };
  const skill = handoff.toSkill ?? task.skill!;
  const mark = markOf(handoff, workState);
  const fault = unmet(draft, handoff) ?? looped(task, { agent: handoff.toAgent, skill }, mark);
  if (fault) return fail(fault);
  cancelChildren(draft, task);
  const expires = handoff.expiresAt === undefined ? undefined : Math.max(draft.now, Date.parse(handoff.expiresAt));
  const { id: taskId, attempt } = task;
  draft.emit({ type: 'taskHandedOn', taskId, attempt, handoff, skill, mark, cost, ...(expires === undefined ? {} : { expires }) }, handoff);
};

/** An offer that was refused (`cost`: of the attempt) or ran out: to the next who could take it, else back to the agent it came from. */
export const returnOffer = (draft: Draft, task: TaskState, { fault, cost }: { fault: Fault; cost?: number }): void => {
  const offer = task.offer!;
  const skill = task.skill!;
  const waited = draft.state.waiting.has(skill);
  if (cost === undefined && task.status === 'running') abort(draft, task, fault.code);
  cancelChildren(draft, task);
  const tried = new Set([...offer.tried, ...(task.status === 'running' ? [task.agent!] : []), offer.from]);
  const expired = offer.expires !== undefined && offer.expires <= draft.now;
  const next = !expired && offer.to === undefined && draft.offers(skill).some(({ agent }) => !tried.has(agent));
  draft.emit({ type: 'handoffReturned', taskId: task.id, attempt: task.attempt, fault, next, cost: cost ?? 0 }, fault);
  unwaitIfLast(draft, skill, waited);
};

/** The agent has started on what it was offered. */
export const onAccepted = (draft: Draft, { agent, taskId, attempt }: { agent: string; taskId: string; attempt: number }): void => {
  const task = draft.state.tasks.get(taskId);
  if (draft.state.phase !== 'open' || task?.status !== 'running' || task.attempt !== attempt || task.agent !== agent) return;
  accept(draft, task);
};

/** Whoever says anything but no has taken it. */
export const accept = (draft: Draft, task: TaskState): void => {
  if (task.offer?.out !== true) return;
  draft.emit({ type: 'handoffAccepted', taskId: task.id, attempt: task.attempt, agent: task.agent! });
};
