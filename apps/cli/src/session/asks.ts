import { isToken, subjects, WaggleError, type AgentMessage, type EscalationRequest } from '@waggle/protocol';
import type { Session } from './session.js';

/** A question as the coordinator has asked it. */
export type Ask = EscalationRequest & { id: string; flowId: string };

const MOST = 1_000;

export const askOf = (message: { json<T>(): T }): Ask => message.json<AgentMessage<Ask>>().payload;

/** Questions that wait for an answer, the oldest first; read from the broker itself, so with every service stopped too. */
export const listAsks = async ({ bus, tenant }: Session, flowId = '*'): Promise<{ ask: Ask; at: Date }[]> =>
  (await bus.read('ESCALATION', subjects.ask(tenant, flowId, '*'), { limit: MOST })).map((message) => ({
    ask: askOf(message),
    at: message.time,
  }));

/** `DECISION_UNKNOWN` */
export const findAsk = async ({ bus, tenant }: Session, id: string): Promise<{ ask: Ask; at: Date }> => {
  const [found] = isToken(id) ? await bus.read('ESCALATION', subjects.ask(tenant, '*', id), { limit: 1 }) : [];
  if (found === undefined) throw new WaggleError('DECISION_UNKNOWN', `no question ${id} waits for an answer`, { path: 'id' });
  return { ask: askOf(found), at: found.time };
};
