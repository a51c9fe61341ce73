import { isoTime, isToken, PRIORITIES, problem, SKILL_ID, type Outcome, type Problem } from '@waggle/protocol';
import { checkValue } from '../definition/input-schema.js';
import { showPath } from '../definition/issue.js';
import { DEFAULTS } from '../definition/read-definition.js';
import { Recent } from '../definition/recent.js';
import { issueProblem, validateDefinition } from '../definition/validate.js';
import { LIMITS, sizeOf, tooDeep } from '../limits.js';
import type { Facts, FlowDefinition, Input, Submission } from '../types.js';
import type { Draft } from './draft.js';
import { conclude } from './finish.js';
import { boundProblems } from './fault.js';

type SubmitInput = Extract<Input, { kind: 'submit' }>;

const singles = new Recent<FlowDefinition>(256);

/** A single task as the flow it is: one step whose id is `task`. The same object for a skill, so that it is compiled once. */
const singleTask = (skill: string, timeout: number | undefined): FlowDefinition => {
  const single = singles.get(skill, () => ({
    name: 'task',
    version: '1.0.0',
    budget: { time: DEFAULTS.budget.time, tasks: DEFAULTS.retry.attempts },
    steps: [{ id: 'task', skill, input: '${{ input }}', join: 'all', retry: DEFAULTS.retry, onFailure: 'fail' }],
    output: '${{ steps.task.output }}',
  }));
  return timeout === undefined ? single : { ...single, budget: { ...single.budget, time: timeout } };
};

const resolve = (submission: Submission, facts: Facts): { definition: FlowDefinition } | { problems: Problem[] } => {
  const { skill, workflow, definition, resumes, timeout } = submission;
  const asked = [skill, workflow, definition, resumes].filter((each) => each !== undefined);
  const wrong = (message: string, path = 'payload') => ({ problems: [problem('INVALID_MESSAGE', message, path)] });
  if (asked.length !== 1) return wrong('exactly one of skill, workflow, definition and resumes must be given');
  if (resumes !== undefined) {
    const before = facts.resumed?.flow?.definition;
    return before
      ? { definition: before }
      : { problems: [problem('FLOW_UNKNOWN', 'the flow to go on from is not known', 'payload.resumes')] };
  }
  if (skill !== undefined) {
    if (!SKILL_ID.test(skill)) return wrong('skill must be a skill id such as review.consolidate', 'payload.skill');
    return { definition: singleTask(skill, timeout) };
  }
  if (workflow !== undefined) {
    const problems = [problem('WORKFLOW_UNKNOWN', `no workflow ${String(workflow).slice(0, 64)} is stored`, 'payload.workflow')];
    return facts.workflow ? ('problems' in facts.workflow ? facts.workflow : { definition: facts.workflow }) : { problems };
  }
  const validated = validateDefinition(definition);
  if ('definition' in validated) return validated;
  return { problems: validated.issues.map((issue) => issueProblem(issue, 'payload.definition')) };
};

/** What is wrong with the fields beside the definition. */
const checkFields = ({ priority, timeout, input }: Submission, definition?: FlowDefinition): Problem[] => {
  const problems: Problem[] = [];
  if (priority !== undefined && !PRIORITIES.includes(priority))
    problems.push(problem('INVALID_MESSAGE', `priority must be one of ${PRIORITIES.join(', ')}`, 'payload.priority'));
  if (timeout !== undefined && !(Number.isSafeInteger(timeout) && timeout >= 1 && timeout <= LIMITS.time))
    problems.push(problem('INVALID_MESSAGE', `timeout must be milliseconds from 1 to ${LIMITS.time}`, 'payload.timeout'));
  for (const { path, message } of definition?.input ? checkValue(definition.input, input ?? null) : []) {
    const inner = showPath(path);
    problems.push(
      problem('INVALID_INPUT', message, inner === '' ? 'payload.input' : `payload.input${inner.startsWith('[') ? '' : '.'}${inner}`),
    );
  }
  return problems;
};

const checkParent = ({ parent }: Submission, { owner, hop }: SubmitInput, facts: Facts): Problem[] => {
  if (!parent) return hop > LIMITS.hops ? [problem('HOP_LIMIT', `at most ${LIMITS.hops} delegations deep`)] : [];
  const granted = facts.parent;
  if (granted?.granted && granted.agent === owner) return [];
  const code = granted && !granted.granted ? granted.code : 'PARENT_ENDED';
  return [problem(code, `the parent flow ${String(parent.flowId).slice(0, 64)} did not grant this child`, 'payload.parent')];
};

/** A submission: the flow begins, is rejected, or is there already. */
export const onSubmit = (draft: Draft, input: SubmitInput): void => {
  const { state } = draft;
  if (state.phase !== 'none') {
    if (input.owner !== state.owner) draft.answers.push({ owner: input.owner, outcome: taken(input) });
    return;
  }
  if ('problems' in input.submission) return reject(draft, input, input.submission.problems);
  const submission = asBefore(input.submission, draft.facts);
  if (tooDeep(submission)) return reject(draft, input, [problem('INVALID_MESSAGE', `nests deeper than ${LIMITS.depth} levels`, 'payload')]);
  const resolved = resolve(submission, draft.facts);
  const definition = 'definition' in resolved ? resolved.definition : undefined;
  const problems = [
    ...('problems' in resolved ? resolved.problems : []),
    ...checkFields(submission, definition),
    ...checkParent(submission, input, draft.facts),
  ];
  const size = definition ? sizeOf([definition, submission.input]) : 0;
  if (size > LIMITS.start)
    problems.push(problem('MESSAGE_TOO_LARGE', `definition and input are ${size} bytes; at most ${LIMITS.start}`, 'payload'));
  if (!definition || problems.length > 0) return reject(draft, input, problems);
  start(draft, input, { submission, definition, size });
};

/** A flow that goes on from another has its input, and its priority unless another is asked for. */
const asBefore = (submission: Submission, { resumed }: Facts): Submission => {
  const head = submission.resumes === undefined ? undefined : resumed?.head;
  return head ? { ...submission, input: head.input, priority: submission.priority ?? head.priority } : submission;
};

/** Where a flow comes from, where not from nothing. */
const originOf = ({ resumes, replays }: Submission, { resumed }: Facts) => ({
  ...(resumes && resumed ? { resumes: { flowId: resumes.flowId, n: resumed.n } } : {}),
  ...(replays ? { replays: { flowId: replays.flowId, taskId: replays.taskId } } : {}),
});

const start = (draft: Draft, input: SubmitInput, asked: { submission: Submission; definition: FlowDefinition; size: number }): void => {
  const { submission, definition, size } = asked;
  const { flowId, tenant, owner, messageId, contextId, userId, traceparent, at } = input;
  const { parent, skill } = submission;
  const granted = draft.facts.parent?.granted ? draft.facts.parent : undefined;
  const time = Math.min(definition.budget.time, submission.timeout ?? Infinity, LIMITS.time);
  const optional = { contextId, userId, traceparent };
  draft.emit(
    {
      type: 'flowStarted',
      flowId,
      tenant,
      owner,
      messageId,
      definition,
      input: submission.input,
      priority: submission.priority ?? 'normal',
      hop: parent && granted ? granted.hop : input.hop,
      at,
      deadline: Math.min(at + time, parent && granted ? granted.deadline : Infinity),
      tasks: Math.min(definition.budget.tasks, parent && granted ? granted.tasks : Infinity),
      ...costOf(definition, parent ? granted : undefined),
      ...(skill === undefined && !(submission.resumes && draft.facts.resumed?.head?.single) ? {} : { single: true as const }),
      ...originOf(submission, draft.facts),
      ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
      ...(parent ? { parent: { flowId: parent.flowId, taskId: parent.taskId, attempt: parent.attempt, agent: owner } } : {}),
    },
    undefined,
    size,
  );
};

/** The money it may spend: what its definition says and what its parent grants, where either does. */
const costOf = ({ budget }: FlowDefinition, granted: { cost?: number } | undefined): { cost?: number } => {
  const limits = [budget.cost, granted?.cost].filter((each) => each !== undefined);
  return limits.length === 0 ? {} : { cost: Math.min(...limits) };
};

const refusal = ({ flowId, at, submission }: SubmitInput, errors: Problem[]): Outcome => ({
  flowId,
  state: 'REJECTED',
  errors,
  ...('problems' in submission && submission.retryAfter !== undefined && { retryAfter: submission.retryAfter }),
  startedAt: isoTime(at),
  endedAt: isoTime(at),
  tasks: { completed: 0, failed: 0, canceled: 0, skipped: 0, attempts: 0 },
  cost: 0,
});

const reject = (draft: Draft, input: SubmitInput, found: Problem[]): void => {
  const { flowId, tenant, owner, submission } = input;
  const problems = boundProblems(found);
  draft.emit({ type: 'flowRejected', flowId, tenant, owner, problems }, problems);
  const parent = 'problems' in submission || !draft.facts.parent?.granted ? undefined : submission.parent;
  conclude(draft, refusal(input, problems), parent && isToken(parent.flowId) ? parent : undefined);
};

const taken = (input: SubmitInput): Outcome =>
  refusal(input, [problem('FLOW_ID_TAKEN', `the flow id ${input.flowId} belongs to another owner`)]);

/** As many attempts as a flow can need, or its budget where that cannot be told beforehand. */
const mostTasks = ({ budget, steps }: FlowDefinition): number => {
  const needs = steps.map(({ skill, forEach, repeat, wait, check, retry }) => {
    if (wait !== undefined || check !== undefined) return 0;
    return skill === undefined || forEach !== undefined ? Infinity : retry.attempts * (repeat?.maxIterations ?? 1);
  });
  return Math.min(
    budget.tasks,
    needs.reduce((sum, each) => sum + each, 0),
  );
};

/** How many attempts a submission may need: what a child asks its parent for. */
export const taskBudget = (submission: Submission | { problems: Problem[] }, facts: Pick<Facts, 'workflow'>): number => {
  if ('problems' in submission || tooDeep(submission)) return 0;
  const resolved = resolve(submission, { ...facts, directory: () => undefined, value: () => undefined });
  return 'definition' in resolved ? mostTasks(resolved.definition) : 0;
};
