import type { Intent, Priority } from './enums.js';
import { newId } from './ids.js';
import { isoTime } from './iso-time.js';

/**
 * The envelope of everything that travels. Times are ISO-8601 UTC; ids we make are UUIDv7.
 * Fields that a receiver does not know survive a round trip. The W3C `traceparent` travels in the NATS header.
 */
export interface AgentMessage<P = unknown> {
  id: string;
  /** Versioned, e.g. `waggle.task.v1`: an unknown type or version is refused with `TYPE_UNKNOWN`. */
  type: string;
  tenant: string;
  from: string;
  to?: string;
  intent: Intent;
  priority: Priority;
  /** The flow this belongs to. */
  correlationId?: string;
  /** The message that caused this one. */
  causationId?: string;
  /** The conversation or thread. */
  contextId?: string;
  userId?: string;
  createdAt: string;
  expiresAt?: string;
  /** How many delegations deep; a limit ends loops. */
  hop: number;
  payload: P;
}

export const MESSAGE_TYPES = {
  submit: 'waggle.submit.v1',
  signal: 'waggle.signal.v1',
  task: 'waggle.task.v1',
  result: 'waggle.result.v1',
  transition: 'waggle.transition.v1',
  outcome: 'waggle.outcome.v1',
  status: 'waggle.status.v1',
  progress: 'waggle.progress.v1',
  abort: 'waggle.abort.v1',
  start: 'waggle.start.v1',
  timer: 'waggle.timer.v1',
  wait: 'waggle.wait.v1',
  event: 'waggle.event.v1',
  card: 'waggle.card.v1',
  beat: 'waggle.beat.v1',
  deadLetter: 'waggle.dead-letter.v1',
  audit: 'waggle.audit.v1',
  handoff: 'waggle.handoff.v1',
  escalation: 'waggle.escalation.v1',
  decision: 'waggle.decision.v1',
  agentStatus: 'waggle.agent-status.v1',
  conflict: 'waggle.conflict.v1',
  resolution: 'waggle.resolution.v1',
  incident: 'waggle.incident.v1',
  metrics: 'waggle.metrics.v1',
  channel: 'waggle.channel.v1',
  alarm: 'waggle.alarm.v1',
} as const;
export type MessageKind = keyof typeof MESSAGE_TYPES;
export type MessageType = (typeof MESSAGE_TYPES)[MessageKind];

type Given = 'type' | 'from' | 'tenant' | 'payload';
export type MessageInit<P> = Pick<AgentMessage<P>, Given> & Partial<Omit<AgentMessage<P>, Given>>;

/** A message with every required field: what is not given gets its default (new id, now, hop 0, priority normal). */
export const createMessage = <P>(init: MessageInit<P>): AgentMessage<P> => ({
  // field by field, so that all messages are objects of one form: JSON leaves out what is undefined
  id: init.id ?? newId(),
  type: init.type,
  tenant: init.tenant,
  from: init.from,
  to: init.to,
  intent: init.intent ?? 'notify',
  priority: init.priority ?? 'normal',
  correlationId: init.correlationId,
  causationId: init.causationId,
  contextId: init.contextId,
  userId: init.userId,
  createdAt: init.createdAt ?? isoTime(Date.now()),
  expiresAt: init.expiresAt,
  hop: init.hop ?? 0,
  payload: init.payload,
});

export const createRequest = <P>(init: MessageInit<P> & { to: string }): AgentMessage<P> => createMessage({ intent: 'request', ...init });

/** The answer to a request: goes back to its sender, in the same flow, thread and priority. */
export const createResponse = <P>(request: AgentMessage, init: Pick<MessageInit<P>, 'type' | 'from' | 'payload'>): AgentMessage<P> =>
  createMessage({
    tenant: request.tenant,
    to: request.from,
    intent: 'response',
    priority: request.priority,
    correlationId: request.correlationId,
    causationId: request.id,
    contextId: request.contextId,
    userId: request.userId,
    hop: request.hop,
    ...init,
  });
