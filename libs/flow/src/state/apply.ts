import { WaggleError } from '@waggle/protocol';
import { compile } from '../definition/compile.js';
import type { FlowEvent } from '../types.js';
import { applyChild } from './apply-child.js';
import { applyControl } from './apply-control.js';
import { applyDefinition, pendingStep } from './apply-definition.js';
import { applyStep } from './apply-step.js';
import { applyTask, release } from './apply-task.js';
import type { Pen } from './pen.js';
import type { FlowHead, FlowState } from './state.js';

const start = (state: FlowState, event: FlowHead, pen: Pen): void => {
  const flow = compile(event.definition);
  const steps = flow.steps.map((step) => pendingStep(step, () => false));
  identify(state, event, pen);
  pen.set(state, 'phase', 'open');
  pen.set(state, 'head', event);
  pen.set(state, 'restoring', event.resumes);
  pen.set(state, 'flow', flow);
  pen.set(state, 'steps', steps);
  for (const step of steps) if (step.unmet === 0) pen.add(state.todo, step.index);
};

const identify = (state: FlowState, { flowId, tenant, owner }: Pick<FlowHead, 'flowId' | 'tenant' | 'owner'>, pen: Pen): void => {
  pen.set(state, 'flowId', flowId);
  pen.set(state, 'tenant', tenant);
  pen.set(state, 'owner', owner);
};

const end = (state: FlowState, event: Extract<FlowEvent, { type: 'flowEnded' }>, pen: Pen): void => {
  pen.set(state, 'phase', 'ended');
  pen.set(state, 'outcome', event.outcome);
  pen.set(state, 'armed', undefined);
  for (const step of state.steps) if (step.status === 'pending' || step.status === 'open') pen.set(step, 'status', 'canceled');
};

const applySignal = (state: FlowState, { note, sequence }: Extract<FlowEvent, { type: 'signalApplied' }>, pen: Pen): void => {
  if (note === undefined) return pen.set(state, 'control', Math.max(state.control, sequence));
  if (!state.awaiting.has(`signal:${note.name}`)) pen.put(state.notes, note.name, note);
};

/** Writes one event of the log into the state. Throws TRANSITION_UNKNOWN for a type it does not know. */
export const apply = (state: FlowState, event: FlowEvent, pen: Pen): void => {
  release(state, event, pen);
  switch (event.type) {
    case 'flowStarted':
      return start(state, event, pen);
    case 'flowRejected':
      identify(state, event, pen);
      return pen.set(state, 'phase', 'ending');
    case 'definitionChanged':
      return applyDefinition(state, event, pen);
    case 'rollbackBegun': {
      const { childId, steps, due, problems } = event;
      return pen.set(state, 'rollback', { childId, steps, due, problems, status: 'open' });
    }
    case 'rollbackEnded': {
      const rollback = state.rollback!;
      return pen.set(state, 'rollback', { ...rollback, status: 'ended', problems: [...rollback.problems, ...event.problems] });
    }
    case 'boxOpened':
      return pen.put(state.boxes, event.box, { due: event.due });
    case 'boxClosed':
      return pen.put(state.boxes, event.box, 'closed');
    case 'ruleJudged':
      return pen.add(state.judged, event.rule);
    case 'stepExpanded':
    case 'stepJoined':
    case 'stepStopped':
    case 'stepSkipped':
    case 'stepCanceled':
    case 'stepCompleted':
    case 'stepFailed':
      return applyStep(state, event, pen);
    case 'taskDispatched':
    case 'taskWaiting':
    case 'taskDelegated':
    case 'taskAwaiting':
    case 'taskGranted':
    case 'taskCompleted':
    case 'attemptFailed':
    case 'taskFailed':
    case 'taskCanceled':
      return applyTask(state, event, pen);
    case 'childReserved':
    case 'childRefused':
    case 'childEnded':
    case 'childCanceled':
      return applyChild(state, event, pen);
    case 'signalApplied':
      return applySignal(state, event, pen);
    case 'signalIgnored':
      return pen.bump(state, 'ignored');
    case 'taskAsked':
    case 'taskDecided':
    case 'answerIgnored':
    case 'taskHandedOn':
    case 'handoffOffered':
    case 'handoffAccepted':
    case 'handoffReturned':
    case 'taskRelies':
    case 'taskReady':
    case 'attemptInterrupted':
    case 'flowPaused':
    case 'flowResumed':
    case 'flowStopping':
    case 'attemptStopping':
    case 'signalRefused':
    case 'taskReprioritised':
    case 'taskRestored':
    case 'taskAgain':
    case 'flowRestored':
      return applyControl(state, event, pen);
    case 'timerArmed':
      return pen.set(state, 'armed', { n: event.n, at: event.at });
    case 'timerFired':
      pen.set(state, 'armed', undefined);
      return pen.set(state, 'due', event.at);
    case 'flowEnding':
      pen.set(state, 'phase', 'ending');
      pen.set(state, 'ending', { state: event.state, errors: event.errors, output: event.output });
      return;
    case 'flowEnded':
      return end(state, event, pen);
    default: {
      const unknown = event satisfies never as { type?: unknown };
      throw new WaggleError('TRANSITION_UNKNOWN', `the log holds an event of the type "${String(unknown.type)}", which is not known here`);
    }
  }
};
