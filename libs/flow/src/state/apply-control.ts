import type { ControlEvent } from '../control.js';
import type { Pen } from './pen.js';
import type { FlowState, TaskState } from './state.js';
import { stepOf } from './step-of.js';
import { begin, dropWaiting, finish, known } from './apply-task.js';

/** Its attempt has ended without a failure: what follows is no retry. */
const suspend = (state: FlowState, task: TaskState, { status, pen }: { status: TaskState['status']; pen: Pen }): void => {
  dropWaiting(state, task, pen);
  pen.set(task, 'status', status);
  pen.set(task, 'due', Infinity);
  pen.set(task, 'told', undefined);
  if (task.attempt > 0) pen.set(task, 'unfailed', (task.unfailed ?? 0) + 1);
};

const ready = (state: FlowState, task: TaskState, pen: Pen): void => {
  dropWaiting(state, task, pen);
  pen.set(task, 'status', 'ready');
  pen.set(task, 'due', Infinity);
  pen.add(state.ready, task);
};

export const applyControl = (state: FlowState, event: ControlEvent, pen: Pen): void => {
  switch (event.type) {
    case 'taskAsked': {
      const task = begin(state, event, pen);
      suspend(state, task, { status: 'asking', pen });
      pen.bump(state, 'cost', event.cost);
      pen.set(task, 'due', event.until);
      pen.set(task, 'ask', event.ask);
      pen.set(task, 'left', { ...(task.left?.handoff && { handoff: task.left.handoff }), workState: event.workState });
      return pen.put(state.asks, event.ask.id, task);
    }
    case 'taskDecided': {
      const task = known(state, event.taskId);
      pen.drop(state.asks, event.decision.id);
      pen.set(task, 'ask', undefined);
      pen.set(task, 'left', { ...task.left, decision: event.decision });
      return ready(state, task, pen);
    }
    case 'answerIgnored':
      return pen.bump(state, 'ignored');
    case 'taskHandedOn': {
      const task = known(state, event.taskId);
      const { skill, mark, expires } = event;
      const { workState, ...handoff } = event.handoff;
      suspend(state, task, { status: 'ready', pen });
      pen.bump(state, 'cost', event.cost);
      pen.set(task, 'passed', [...(task.passed ?? []), { agent: task.agent!, mark }]);
      pen.set(task, 'offer', { from: task.agent!, fromSkill: task.skill!, to: handoff.toAgent, expires, tried: [], out: false });
      pen.set(task, 'skill', skill);
      pen.set(task, 'left', { handoff, workState });
      return ready(state, task, pen);
    }
    case 'handoffOffered': {
      const task = known(state, event.taskId);
      pen.set(task, 'offer', { ...task.offer!, out: true });
      if (event.expires === undefined) return;
      pen.set(task, 'deadline', task.due);
      return pen.set(task, 'due', event.expires);
    }
    case 'handoffAccepted': {
      const task = known(state, event.taskId);
      if (task.deadline !== undefined) pen.set(task, 'due', task.deadline);
      pen.set(task, 'deadline', undefined);
      return pen.set(task, 'offer', undefined);
    }
    case 'handoffReturned': {
      const task = known(state, event.taskId);
      const offer = task.offer!;
      const had = task.status === 'running';
      pen.set(task, 'fault', event.fault);
      pen.bump(state, 'cost', event.cost);
      pen.set(task, 'deadline', undefined);
      if (had) suspend(state, task, { status: 'ready', pen });
      const tried = had ? [...offer.tried, task.agent!] : offer.tried;
      ready(state, task, pen);
      if (event.next) return pen.set(task, 'offer', { ...offer, tried, out: false });
      pen.set(task, 'skill', offer.fromSkill);
      pen.set(task, 'prefers', offer.from);
      return pen.set(task, 'offer', undefined);
    }
    case 'taskRelies': {
      const task = known(state, event.taskId);
      suspend(state, task, { status: 'relying', pen });
      pen.bump(state, 'cost', event.cost);
      pen.set(task, 'due', event.until);
      pen.set(task, 'relies', event.flows);
      return pen.set(task, 'left', { ...(task.left?.handoff && { handoff: task.left.handoff }), workState: event.workState });
    }
    case 'taskReady': {
      const task = known(state, event.taskId);
      if (task.relies) {
        const delegated = task.relies.map((flowId) => ({ flowId, state: state.children.get(flowId)?.end ?? ('REJECTED' as const) }));
        pen.set(task, 'left', { ...task.left, delegated });
        pen.set(task, 'relies', undefined);
      }
      return ready(state, task, pen);
    }
    case 'attemptInterrupted': {
      const task = known(state, event.taskId);
      suspend(state, task, { status: 'ready', pen });
      pen.set(task, 'interrupted', true);
      if (event.cost !== undefined) {
        pen.bump(state, 'cost', event.cost);
        pen.set(task, 'counted', event.cost);
      }
      return ready(state, task, pen);
    }
    case 'flowPaused':
      return pen.set(state, 'paused', { running: event.running });
    case 'flowResumed':
      return pen.set(state, 'paused', undefined);
    case 'flowStopping':
      return pen.set(state, 'stopping', { until: event.until, by: event.by, reason: event.reason });
    case 'attemptStopping':
      return pen.set(known(state, event.taskId), 'told', true);
    case 'signalRefused':
      return pen.bump(state, 'ignored');
    case 'taskReprioritised':
      return pen.set(known(state, event.taskId), 'priority', event.priority);
    case 'taskRestored': {
      const task = begin(state, event, pen);
      const { outputs } = stepOf(state, event.stepId);
      if (event.item !== undefined) pen.set(task, 'item', event.item);
      pen.set(task, 'agent', event.agent);
      pen.set(outputs, task.item ?? 0, event.output ?? null);
      pen.set(task, 'status', 'completed');
      return finish(state, task, pen);
    }
    case 'taskAgain':
      return ready(state, begin(state, event, pen), pen);
    case 'flowRestored':
      if (event.artifacts) pen.push(state.artifacts, event.artifacts);
      return pen.set(state, 'restoring', undefined);
    default:
      return event satisfies never;
  }
};
