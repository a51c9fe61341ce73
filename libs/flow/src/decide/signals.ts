import { problem, skillKey, type Problem } from '@waggle/protocol';
import { clip } from '../limits.js';
import { originKey } from '../state/fold.js';
import type { FlowEvent, Input, Origin } from '../types.js';
import type { Draft } from './draft.js';
import { endFlow } from './end.js';
import { boundProblems } from './fault.js';
import { modify } from './modify.js';
import { readGrace, readPause } from './pause.js';
import { onShared, SESSIONS } from './share.js';
import { COORDINATOR } from './coordinator.js';
import { onEvent, onNote, tasksAwaitingSignal, unreadable } from './wait.js';

type SignalInput = Extract<Input, { kind: 'signal' }>;
type Why = Extract<FlowEvent, { type: 'signalIgnored' }>['why'];

/** Signals that a log records as ignored: a stranger shall not fill it. */
const RECORDED = 20;
/** Of those that were refused to who may signal. */
const REFUSED = 1000;

/**
 * Whether a signal was stored before the submission that began the flow. However late it comes, it concerns no flow: had it
 * come at once, nobody would have known its flow.
 */
const isOlderThanFlow = ({ state, inputs }: Draft, { stream, sequence }: Origin): boolean => {
  // what a log begins with is its submission; in the first transition it is not in the log yet
  const [first = inputs[0] && originKey(inputs[0])] = state.origins.keys();
  const begun = first?.startsWith(`${stream}:`) ? Number(first.slice(stream.length + 1)) : 0;
  return sequence < begun;
};

/** Control of a running flow. A signal counts if its speaker owns the flow, is the coordinator, or may operate. */
export const onSignal = (draft: Draft, input: SignalInput): void => {
  const { state } = draft;
  if (state.phase !== 'open') return;
  const { speaker, operator, origin, signal } = input;
  if (isOlderThanFlow(draft, origin)) return ignore(draft, input, 'FLOW_UNKNOWN');
  if (speaker === SESSIONS && signal === 'notify') return onShared(draft, input);
  if (speaker !== state.owner && speaker !== COORDINATOR && !operator) return ignore(draft, input, 'NOT_OWNER');
  switch (signal) {
    case 'wake':
      return; // every decision looks again for the tasks that wait
    case 'cancel':
      return origin.sequence < state.control ? ignore(draft, input, 'SUPERSEDED') : cancel(draft, input);
    case 'notify':
      return notify(draft, input);
    case 'event':
      return speaker === COORDINATOR ? event(draft, input) : ignore(draft, input, 'NOT_OWNER');
    case 'pause':
    case 'resume':
    case 'retry':
    case 'modify':
      return origin.sequence < state.control ? ignore(draft, input, 'SUPERSEDED') : control(draft, input);
    default:
      return signal satisfies never;
  }
};

/** Somebody tells the flow something that a step waits for, or will wait for. */
const notify = (draft: Draft, input: SignalInput): void => {
  const { id, signal, speaker, origin, data = {} } = input;
  const note = { name: data.name as string, data: data.data };
  const why = unreadable(draft, note);
  if (why) return ignore(draft, input, why);
  const waiting = tasksAwaitingSignal(draft, note.name);
  draft.emit({ type: 'signalApplied', id, signal, by: speaker, sequence: origin.sequence, note }, note.data);
  onNote(draft, waiting, note);
};

const event = (draft: Draft, input: SignalInput): void => {
  const { source, type } = input.data ?? {};
  if (typeof source !== 'string' || typeof type !== 'string') return ignore(draft, input, 'NOT_READABLE');
  onEvent(draft, { ...input.data, source, type });
};

const cancel = (draft: Draft, input: SignalInput): void => {
  const { speaker, reason, data } = input;
  const read = readGrace(data);
  if ('problems' in read) return refuse(draft, input, read.problems);
  const why = reason === undefined ? {} : { reason: clip(reason, 1024) };
  applied(draft, input);
  if (read.grace === 0) return endFlow(draft, 'CANCELED', { errors: [problem('CANCELED', why.reason ?? `canceled by ${speaker}`)] });
  const until = draft.now + read.grace;
  draft.emit({ type: 'flowStopping', until, by: speaker, ...why });
  draft.earliest = Math.min(draft.earliest, until);
};

/** What changes when tasks begin, not what they are. */
const control = (draft: Draft, input: SignalInput): void => {
  const { state } = draft;
  const refused = (message: string): void => refuse(draft, input, [problem('SIGNAL_REFUSED', message)]);
  if (state.stopping) return refused('the flow is being canceled');
  if (input.signal === 'pause') {
    const read = readPause(input.data);
    if ('problems' in read) return refuse(draft, input, read.problems);
    applied(draft, input);
    return draft.emit({ type: 'flowPaused', running: read.running });
  }
  if (input.signal === 'resume') {
    // also of a flow that is not paused: a pause that was sent before it and comes after it must not count
    applied(draft, input);
    if (state.paused) resume(draft);
    return;
  }
  if (input.signal === 'modify') {
    // a step may have been taken over in part
    if (state.restoring) return refused('the flow still takes over what the one before it had completed');
    const problems = modify(draft, input.data, input.speaker);
    return problems.length > 0 ? refuse(draft, input, problems) : applied(draft, input);
  }
  const { taskId } = input.data ?? {};
  const late = [...state.live].filter(({ id, status }) => status === 'retrying' && (taskId === undefined || id === taskId));
  if (late.length === 0) return refused('nothing waits to be tried again');
  applied(draft, input);
  for (const task of late.sort((a, b) => a.order - b.order)) draft.emit({ type: 'taskReady', taskId: task.id });
};

/**
 * Who was woken while the flow was paused is not woken again: those that still wait enter the index anew, and whoever enters
 * looks once more for what came meanwhile.
 */
const resume = (draft: Draft): void => {
  draft.emit({ type: 'flowResumed' });
  for (const skill of [...draft.state.waiting.keys()].sort()) draft.command({ type: 'wait', kind: 'skill', key: skillKey(skill) });
};

const applied = (draft: Draft, { id, signal, speaker, origin, reason }: SignalInput): void => {
  const why = reason === undefined ? {} : { reason: clip(reason, 1024) };
  draft.emit({ type: 'signalApplied', id, signal, by: speaker, sequence: origin.sequence, ...why });
};

/** What its owner asked for and cannot have: the log says why. */
const refuse = (draft: Draft, { id, signal, speaker }: SignalInput, problems: readonly Problem[]): void => {
  if (draft.state.ignored < REFUSED) draft.emit({ type: 'signalRefused', id, signal, by: speaker, problems: boundProblems(problems) });
};

const ignore = (draft: Draft, { id, signal, speaker }: SignalInput, why: Why): void => {
  if (draft.state.ignored < RECORDED) draft.emit({ type: 'signalIgnored', id, signal, by: speaker, why });
};
