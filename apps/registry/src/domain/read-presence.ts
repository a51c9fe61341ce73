import { isToken, MESSAGE_TYPES, parseMessage, type AgentCard, type Beat, type Problem } from '@waggle/protocol';

/** A message on `wgm.card.<agent>.<instance>` or `wgm.beat.<agent>.<instance>`. */
export interface PresenceMessage {
  subject: string;
  body: Uint8Array;
}

export type ReadPresence = { card: AgentCard } | { beat: Beat } | { problems: Problem[] };

/** What an instance says of itself, checked at the edge: it speaks for the name and instance of its subject alone. Never throws. */
export const readPresence = ({ subject, body }: PresenceMessage): ReadPresence => {
  const [, kind, name, instance] = subject.split('.') as [string, string, string, string];
  const type = kind === 'card' ? MESSAGE_TYPES.card : MESSAGE_TYPES.beat;
  const { message, problems } = parseMessage(body, {
    tenant: tenantIn(body),
    from: name,
    createdAt: new Date(0),
    id: subject,
    expect: type,
  });
  if (problems) return { problems };
  const payload = { ...message.payload, name, instance };
  return kind === 'card' ? { card: payload as AgentCard } : { beat: payload as Beat };
};

/** Presence belongs to no tenant: whatever the sender put there is let through. */
const tenantIn = (body: Uint8Array): string => {
  try {
    const { tenant } = JSON.parse(Buffer.from(body).toString('utf8')) as { tenant?: unknown };
    return isToken(tenant) ? tenant : '_';
  } catch {
    return '_';
  }
};
