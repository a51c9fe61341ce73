import { LIMITS, type Origin } from '@waggle/flow';
import { hostile, isToken, type AgentMessage, type BusEvent } from '@waggle/protocol';

/** An event as flows see it; who says it and of which type is what the subject says, which the broker checked. */
export interface Happened extends BusEvent {
  /** The sender's id of it: what comes again under it is the same event. */
  id: string;
}

/** What an event stands in goes on from it: a signal, a transition. */
const FRAMES = 8;

/** Undefined for what is no JSON object, or larger or deeper than what goes on from it may be. */
export const readEvent = (address: { source: string; type: string }, body: Uint8Array, origin: Origin): Happened | undefined => {
  const { source, type } = address;
  if (body.length > LIMITS.value) return undefined;
  try {
    const message = JSON.parse(Buffer.from(body).toString('utf8')) as Partial<AgentMessage<Partial<BusEvent>>> | null;
    if (typeof message !== 'object' || message === null || hostile(message, LIMITS.depth - FRAMES)) return undefined;
    const { subject, occurredAt, data } = message.payload ?? {};
    return {
      id: isToken(message.id) ? message.id : `${origin.stream}-${origin.sequence}`,
      source,
      type,
      ...(typeof subject === 'string' && { subject }),
      ...(typeof occurredAt === 'string' && { occurredAt }),
      ...(data !== undefined && { data }),
    };
  } catch {
    return undefined;
  }
};
