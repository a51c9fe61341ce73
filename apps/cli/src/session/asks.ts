import type { FlowEvent } from '@waggle/flow';
import { isToken, subjects, WaggleError, type AgentMessage, type EscalationRequest } from '@waggle/protocol';
import { readFlowLog } from '../history/flow-log.js';
import { ago } from '../output/format.js';
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

type Decided = Extract<FlowEvent, { type: 'taskDecided' }>;

/** Who decided a question, by the log of one of the flows to which an answer of that id was sent. */
const decided = async ({ bus, tenant }: Session, id: string): Promise<{ flowId: string; at: number; event: Decided } | undefined> => {
  const answers = await bus.read('ESCALATION', subjects.answer(tenant, '*', '*', id), { limit: MOST });
  for (const flowId of new Set(answers.map(({ subject }) => subject.split('.')[5]!))) {
    for (const { at, events } of await readFlowLog(bus, tenant, flowId)) {
      const event = events.find((each): each is Decided => each.type === 'taskDecided' && each.decision.id === id);
      if (event !== undefined) return { flowId, at, event };
    }
  }
  return undefined;
};

/** A question that waits. `DECISION_TAKEN` with who answered what, and when, where somebody did; else `DECISION_UNKNOWN`. */
export const findAsk = async (session: Session, id: string): Promise<{ ask: Ask; at: Date }> => {
  const { bus, tenant } = session;
  const known = isToken(id);
  const [found] = known ? await bus.read('ESCALATION', subjects.ask(tenant, '*', id), { limit: 1 }) : [];
  if (found !== undefined) return { ask: askOf(found), at: found.time };
  const taken = known ? await decided(session, id) : undefined;
  if (taken === undefined) throw new WaggleError('DECISION_UNKNOWN', `no question ${id} waits for an answer`, { path: 'id' });
  const { option, decidedBy } = taken.event.decision;
  throw new WaggleError('DECISION_TAKEN', `${decidedBy} has decided "${option}" ${ago(new Date(taken.at).toISOString())}`, {
    path: 'id',
    remedy: `The first answer counts; \`waggle flows ${taken.flowId} --history\` says more.`,
  });
};
