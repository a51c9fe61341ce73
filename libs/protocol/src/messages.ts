import { MESSAGE_TYPES, type AgentMessage, type MessageType } from './message.js';
import {
  AgentCard,
  AlarmDue,
  ChannelMessage,
  AgentStatus,
  AuditEntry,
  Beat,
  BusEvent,
  Conflict,
  DeadLetter,
  EscalationDecision,
  EscalationRequest,
  FlowStatus,
  HandoffRequest,
  Incident,
  MetricsSample,
  Outcome,
  Resolution,
  Signal,
  Submit,
  TaskAbort,
  TaskDispatch,
  TaskProgress,
  TaskResult,
  TaskStart,
  TimerDue,
  TransitionEnvelope,
  WaitEntry,
} from './payloads/index.js';

/** The class of each message's payload. */
export const PAYLOADS = {
  [MESSAGE_TYPES.submit]: Submit,
  [MESSAGE_TYPES.signal]: Signal,
  [MESSAGE_TYPES.task]: TaskDispatch,
  [MESSAGE_TYPES.result]: TaskResult,
  [MESSAGE_TYPES.transition]: TransitionEnvelope,
  [MESSAGE_TYPES.outcome]: Outcome,
  [MESSAGE_TYPES.status]: FlowStatus,
  [MESSAGE_TYPES.progress]: TaskProgress,
  [MESSAGE_TYPES.abort]: TaskAbort,
  [MESSAGE_TYPES.start]: TaskStart,
  [MESSAGE_TYPES.timer]: TimerDue,
  [MESSAGE_TYPES.wait]: WaitEntry,
  [MESSAGE_TYPES.event]: BusEvent,
  [MESSAGE_TYPES.card]: AgentCard,
  [MESSAGE_TYPES.beat]: Beat,
  [MESSAGE_TYPES.deadLetter]: DeadLetter,
  [MESSAGE_TYPES.audit]: AuditEntry,
  [MESSAGE_TYPES.handoff]: HandoffRequest,
  [MESSAGE_TYPES.escalation]: EscalationRequest,
  [MESSAGE_TYPES.decision]: EscalationDecision,
  [MESSAGE_TYPES.agentStatus]: AgentStatus,
  [MESSAGE_TYPES.conflict]: Conflict,
  [MESSAGE_TYPES.resolution]: Resolution,
  [MESSAGE_TYPES.incident]: Incident,
  [MESSAGE_TYPES.metrics]: MetricsSample,
  [MESSAGE_TYPES.channel]: ChannelMessage,
  [MESSAGE_TYPES.alarm]: AlarmDue,
} as const satisfies Record<MessageType, new () => object>;

/** What a message of a type carries. */
export type PayloadOf<T extends MessageType> = InstanceType<(typeof PAYLOADS)[T]>;

/** A message of a known type. */
export type MessageOf<T extends MessageType> = AgentMessage<PayloadOf<T>> & { type: T };

export const isMessageType = (type: unknown): type is MessageType => typeof type === 'string' && Object.hasOwn(PAYLOADS, type);
