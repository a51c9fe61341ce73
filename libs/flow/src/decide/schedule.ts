import { WaggleError } from '@waggle/protocol';
import { joinsNeeds } from '../definition/compile-step.js';
import type { CompiledStep } from '../definition/compile.js';
import { loadRef, loadWhole } from '../expression/loader.js';
import { LIMITS } from '../limits.js';
import type { StepState, TaskState } from '../state/state.js';
import { begin } from './begin.js';
import type { Draft } from './draft.js';
import { endFlow } from './end.js';
import { checkExpected } from './expects.js';
import { evaluationFault, faultOf, problemsOf } from './fault.js';
import { judgeSteps, judgeTasks, type Verdict } from './joins.js';
import { proceedLoop } from './loop.js';
import { inOrder, roomLeft } from './order.js';
import { judgeRules } from './rules.js';
import { scopeOf } from './scope-of.js';
import { failStep } from './step-end.js';
import { stopStep } from './stop-step.js';
import { mayAsk } from './sub-flow.js';
import { dispatch, poor } from './dispatch.js';
import { isPromised } from './money.js';
import { wantedAgain } from './wanted.js';
import { turnTimeBoxes } from './time-boxes.js';

/** The list of a forEach. A list given by reference is looked into, not unwrapped: its items keep theirs. */
const itemsOf = (draft: Draft, step: CompiledStep): unknown[] => {
  const items = loadRef(step.forEach!.evaluate(draft.scope(), draft.load), draft.load);
  const { id } = step.definition;
  if (!Array.isArray(items)) throw new WaggleError('EXPRESSION_FAILED', `forEach of the step "${id}" gave no list`);
  if (items.length > LIMITS.items)
    throw new WaggleError('EXPRESSION_FAILED', `forEach of the step "${id}" gave ${items.length} items; at most ${LIMITS.items}`);
  return items;
};

/** Begins a step whose dependencies have ended, or skips it, or finds that it cannot begin. */
const open = (draft: Draft, step: CompiledStep): void => {
  const { id: stepId, repeat } = step.definition;
  try {
    if (joinsNeeds(step.definition) && !draft.state.steps[step.index]!.joined) return joinNeeds(draft, step);
    const fault = checkExpected(draft, step);
    if (fault) return failStep(draft, step, fault);
    if (step.when && loadWhole(step.when.evaluate(draft.scope(), draft.load), draft.load) !== true)
      return draft.emit({ type: 'stepSkipped', stepId, reason: `when: ${step.when.source.slice(0, 200)}` });
    if (step.check) return check(draft, step);
    if (draft.reaping) return;
    if (repeat) return draft.emit({ type: 'stepExpanded', stepId, count: repeat.maxIterations, items: [] });
    if (!step.forEach) return begin(draft, { step, taskId: stepId, attempt: 1 });
    const list = itemsOf(draft, step);
    const items = draft.travelling(list) as unknown[];
    draft.emit({ type: 'stepExpanded', stepId, count: list.length, items }, items);
  } catch (error) {
    failStep(draft, step, evaluationFault(error));
  }
};

const check = (draft: Draft, step: CompiledStep): void => {
  const { id: stepId, check: source } = step.definition;
  if (loadWhole(step.check!.evaluate(scopeOf(draft, step), draft.load), draft.load) === true)
    return draft.emit({ type: 'stepCompleted', stepId });
  failStep(draft, step, faultOf('CHECK_FAILED', `not so: ${source!.slice(0, 200)}`));
};

/** Whether the steps it needs have come together, and what becomes of those that have not ended. */
const joinNeeds = (draft: Draft, step: CompiledStep): void => {
  const verdict = judgeSteps(draft, step);
  if (!verdict) return;
  if ('failed' in verdict) return failStep(draft, step, faultOf('JOIN_FAILED', verdict.failed));
  const rest = restOf(step);
  draft.emit({ type: 'stepJoined', stepId: step.definition.id, chosen: verdict.chosen, rest });
  if (rest === 'cancel') stopRest(draft, step);
};

/** Stops the members that nobody else waits for; one that only such a member waits for is one of them. */
const stopRest = (draft: Draft, step: CompiledStep): void => {
  const reason = `${step.definition.id} has what it needs`;
  const left = new Set(step.members);
  for (let before = Infinity; left.size < before;) {
    before = left.size;
    for (const index of left) {
      const { status } = draft.state.steps[index]!;
      const member = draft.flow.steps[index]!;
      const isNeeded = member.dependents.some((each) => each !== step.index && draft.state.steps[each]!.status === 'pending');
      if (isNeeded) continue;
      left.delete(index);
      const { id: stepId } = member.definition;
      if (status === 'pending') draft.emit({ type: 'stepCanceled', stepId, reason });
      else if (status === 'open') draft.emit({ type: 'stepStopped', stepId, reason });
    }
  }
};

const restOf = ({ definition: { join } }: CompiledStep): 'cancel' | 'run' => (join !== 'all' && 'rest' in join ? join.rest : 'cancel');

/** Whether the tasks of a list have come together otherwise than by all of them. */
const joinTasks = (draft: Draft, step: CompiledStep, at: StepState): boolean => {
  const { id: stepId } = step.definition;
  let verdict: Verdict;
  try {
    verdict = judgeTasks(draft, step, at);
  } catch (error) {
    const fault = evaluationFault(error);
    verdict = { failed: fault.message };
  }
  if (!verdict) return false;
  if ('failed' in verdict) {
    draft.emit({ type: 'stepStopped', stepId, reason: verdict.failed, fault: faultOf('JOIN_FAILED', verdict.failed) });
    return true;
  }
  const rest = restOf(step);
  draft.emit({ type: 'stepJoined', stepId, chosen: verdict.chosen, rest });
  if (rest === 'run') draft.emit({ type: 'stepCompleted', stepId });
  return true;
};

/** Begins tasks of an open forEach while it may, and ends the step when all its tasks have ended. */
const proceed = (draft: Draft, step: CompiledStep, at: StepState): void => {
  const { id: stepId, join } = step.definition;
  if (at.stopping !== undefined) return stopStep(draft, step, at);
  if (step.definition.repeat) return proceedLoop(draft, step, at);
  if (join !== 'all' && step.forEach) {
    if (joinTasks(draft, step, at)) return;
  } else if (at.completed + at.failed === at.total) {
    if (at.failed === 0) draft.emit({ type: 'stepCompleted', stepId });
    else draft.emit({ type: 'stepFailed', stepId, fault: at.fault! }, at.fault);
    return;
  }
  const room = () => at.begun < at.total && at.begun - at.completed - at.failed < (step.definition.maxParallel ?? Infinity);
  while (draft.state.phase === 'open' && room() && mayAsk(draft, step, at) && roomLeft(draft) > 0 && !draft.full)
    begin(draft, { step, taskId: `${stepId}-${at.begun}`, item: at.begun, attempt: 1 });
};

/** A step that makes no task of its own begins whatever is at work. */
const mayBegin = (draft: Draft, index: number): boolean => {
  const { check, wait, decide } = draft.flow.steps[index]!.definition;
  return draft.reaping || check !== undefined || wait !== undefined || decide !== undefined || roomLeft(draft) > 0;
};

/** Begins and ends steps until there is nothing to do, or no room. */
export const schedule = (draft: Draft): void => {
  const { state } = draft;
  for (let before = -1; state.phase === 'open' && draft.events.length > before;) {
    before = draft.events.length;
    judgeRules(draft);
    turnTimeBoxes(draft);
    const { settled } = state;
    for (const index of inOrder(draft)) {
      // what becomes free by a step's end may be on a longer way than what comes next here
      if (draft.flow.definition.maxParallelAgents !== undefined && state.settled > settled) break;
      if (draft.full) {
        draft.more = true;
        return;
      }
      const at = state.steps[index]!;
      if (state.phase !== 'open') return;
      if (at.status === 'pending' && mayBegin(draft, index)) open(draft, draft.flow.steps[index]!);
      else if (at.status === 'open') proceed(draft, draft.flow.steps[index]!, at);
    }
  }
  if (state.phase === 'open' && state.settled === state.steps.length && state.live.size === 0) complete(draft);
};

/** Ends what has come together, before a deadline ends what has not: what was stored in time counts as a whole. */
export const reap = (draft: Draft): void => {
  const { due, stopping, restoring } = draft.state;
  if (due === undefined || stopping !== undefined || restoring !== undefined) return;
  draft.reaping = true;
  schedule(draft);
  draft.reaping = false;
};

/** Tries again for the tasks that wait for an agent. */
export const recheckWaiting = (draft: Draft): void => {
  const { state } = draft;
  for (const skill of [...state.waiting.keys()].sort()) {
    if (draft.offers(skill).length === 0) continue;
    // thousands may wait for what those at work do not spend: they are looked at once there is something
    const stays = ({ waitsFor }: TaskState): boolean => waitsFor === 'BUDGET' && isPromised(draft) && poor(draft, skill);
    const waiting = [...(state.waiting.get(skill) ?? [])].filter((task) => !stays(task));
    for (const task of waiting.sort((a, b) => a.order - b.order)) {
      if (stays(task)) continue;
      if (state.phase !== 'open') return;
      if (draft.full) {
        draft.more = true;
        return;
      }
      dispatch(draft, wantedAgain(draft, task));
    }
  }
};

const complete = (draft: Draft): void => {
  const { flow } = draft;
  try {
    const scope = draft.scope();
    const output = flow.output
      ? flow.output.render(scope, draft.load)
      : Object.fromEntries(flow.steps.flatMap(({ check, definition: { id } }) => (check ? [] : [[id, scope.step(id)?.output ?? null]])));
    endFlow(draft, 'COMPLETED', { output: draft.travelling(output) });
  } catch (error) {
    endFlow(draft, 'FAILED', { errors: problemsOf(evaluationFault(error), 'output') });
  }
};
