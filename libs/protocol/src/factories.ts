import type { Severity, Priority } from './enums.js';
import { createMessage, createResponse, MESSAGE_TYPES, type AgentMessage, type MessageInit } from './message.js';
import type { BusEvent, EscalationDecision, EscalationRequest, HandoffRequest } from './payloads/index.js';

type Init<P> = Omit<MessageInit<P>, 'type'>;

const URGENCY: Record<Severity, Priority> = { critical: 'critical', high: 'high', medium: 'normal', low: 'low', info: 'low' };

/** A task to be passed on; to the agent it names, where it names one. */
export const createHandoff = (init: Init<HandoffRequest>): AgentMessage<HandoffRequest> =>
  createMessage({
    type: MESSAGE_TYPES.handoff,
    intent: 'handoff',
    ...(init.payload.toAgent !== undefined && { to: init.payload.toAgent }),
    ...init,
  });

/** A question that others must decide; as urgent as it is severe. */
export const createEscalation = (init: Init<EscalationRequest>): AgentMessage<EscalationRequest> =>
  createMessage({ type: MESSAGE_TYPES.escalation, intent: 'escalate', priority: URGENCY[init.payload.severity], ...init });

/** The answer to an escalation. */
export const createDecision = (
  asked: AgentMessage<EscalationRequest>,
  init: { from: string; payload: EscalationDecision },
): AgentMessage<EscalationDecision> => createResponse(asked, { type: MESSAGE_TYPES.decision, ...init });

/** Something that happened; the source of the event is who says so. */
export const createEvent = (init: Omit<Init<BusEvent>, 'from'>): AgentMessage<BusEvent> =>
  createMessage({ type: MESSAGE_TYPES.event, intent: 'event', from: init.payload.source, ...init });
