import { skillOf } from '../definition/definition.js';
import type { Input } from '../types.js';
import { begin } from './begin.js';
import { faultOf, problemsOf } from './fault.js';
import type { Draft } from './draft.js';
import { endFlow } from './end.js';
import { onUnanswered } from './escalate.js';
import { returnOffer } from './handoff.js';
import { isHeld } from './held.js';
import { failAttempt, giveUp } from './attempt.js';
import { wantedAgain } from './wanted.js';
import { untold } from './money.js';
import { endTimeBoxes, nextBoxEnd } from './time-boxes.js';
import { onWaitDue } from './wait.js';
import { problem } from '@waggle/protocol';

/** The flow's timer came. One that is not awaited any more means nothing. */
export const onTimer = (draft: Draft, { n }: Extract<Input, { kind: 'timer' }>): void => {
  if (draft.state.armed?.n === n) draft.emit({ type: 'timerFired', n, at: draft.now });
};

/** Everything whose time has come, as much as fits: tasks in the order they began, then the flow itself. */
export const meetDeadlines = (draft: Draft): void => {
  const { state, head } = draft;
  const { due } = state;
  if (due === undefined) return;
  const flowIsDue = head.deadline <= due;
  const tasks = [...state.live].filter(
    (task) => task.due <= due && (!flowIsDue || ['waiting', 'awaiting', 'asking'].includes(task.status)),
  );
  for (const task of tasks.sort((a, b) => a.order - b.order)) {
    if (state.phase !== 'open') return;
    if (draft.full) {
      draft.more = true;
      return;
    }
    if (task.status === 'retrying' && isHeld(draft)) draft.emit({ type: 'taskReady', taskId: task.id });
    else if (task.status === 'retrying') begin(draft, wantedAgain(draft, task));
    else if (task.status === 'asking') onUnanswered(draft, task);
    else if (task.offer)
      returnOffer(draft, task, { fault: faultOf('HANDOFF_REFUSED', `${task.offer.to ?? task.skill} did not take it in time`) });
    else if (task.status === 'awaiting') onWaitDue(draft, task);
    else if (task.status === 'waiting') {
      giveUp(draft, task, { fault: faultOf('NO_AGENT', `no agent offered ${task.skill} in time`) });
    } else {
      const fault = faultOf('TASK_TIMEOUT', `attempt ${task.attempt} of ${task.id} ran past its deadline`);
      failAttempt(draft, task, { fault, cost: untold(task), ...(task.status === 'running' ? { abort: 'TASK_TIMEOUT' } : {}) });
    }
  }
  if (!flowIsDue && state.phase === 'open') endTimeBoxes(draft, due);
  if (flowIsDue && state.phase === 'open') endFlow(draft, 'FAILED', { errors: timeoutErrors(draft) });
};

const timeoutErrors = ({ state, flow }: Draft) => {
  const waiting = [...state.waiting.keys()].sort().map((skill) => {
    const step = flow.steps.find(({ definition }) => skillOf(definition) === skill)!;
    return problemsOf(faultOf('NO_AGENT', `no agent offered ${skill}`), `steps.${step.definition.id}`);
  });
  return [problem('FLOW_TIMEOUT', 'the flow ran past its deadline'), ...waiting.flat()];
};

/** Arms the flow's one timer where nothing is armed or a nearer deadline came up; one that is due too early does no harm. */
export const armTimer = (draft: Draft): void => {
  const { state, head, n } = draft;
  const undoing = state.phase === 'ending' && state.rollback?.status === 'open' ? state.rollback : undefined;
  if (state.phase !== 'open' && !undoing) return;
  let nearest = draft.earliest;
  if (!state.armed) {
    nearest = undoing ? undoing.due : Math.min(head.deadline, nextBoxEnd(draft));
    for (const task of state.live) if (task.due < nearest) nearest = task.due;
    if (state.stopping) nearest = Math.min(nearest, state.stopping.until);
  }
  const at = Math.max(nearest, 0);
  if (state.armed && at >= state.armed.at) return;
  draft.emit({ type: 'timerArmed', n, at });
  draft.command({ type: 'timer', n, at });
};
