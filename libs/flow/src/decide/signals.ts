import { problem } from '@waggle/protocol';
import { clip } from '../limits.js';
import type { FlowEvent, Input } from '../types.js';
import type { Draft } from './draft.js';
import { endFlow } from './end.js';
import { COORDINATOR } from './sub-flow.js';
import { onEvent, onNote, tasksAwaitingSignal, unreadable } from './wait.js';

type SignalInput = Extract<Input, { kind: 'signal' }>;
type Why = Extract<FlowEvent, { type: 'signalIgnored' }>['why'];

/** Signals that a log records as ignored: a stranger shall not fill it. */
const RECORDED = 20;

/** Control of a running flow. A signal counts if its speaker owns the flow, is the coordinator, or may operate. */
export const onSignal = (draft: Draft, input: SignalInput): void => {
  const { state } = draft;
  if (state.phase !== 'open') return;
  const { speaker, operator, origin, signal } = input;
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
    case 'modify':
    case 'retry':
      return ignore(draft, input, 'UNSUPPORTED');
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

const cancel = (draft: Draft, { id, signal, speaker, origin, reason }: SignalInput): void => {
  const why = reason === undefined ? {} : { reason: clip(reason, 1024) };
  draft.emit({ type: 'signalApplied', id, signal, by: speaker, sequence: origin.sequence, ...why });
  endFlow(draft, 'CANCELED', { errors: [problem('CANCELED', why.reason ?? `canceled by ${speaker}`)] });
};

const ignore = (draft: Draft, { id, signal, speaker }: SignalInput, why: Why): void => {
  if (draft.state.ignored < RECORDED) draft.emit({ type: 'signalIgnored', id, signal, by: speaker, why });
};
