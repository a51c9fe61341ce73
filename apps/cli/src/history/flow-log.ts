import type { Bus } from '@waggle/bus';
import type { Transition } from '@waggle/flow';
import { subjects, WaggleError, type AgentMessage } from '@waggle/protocol';
import { describeFlow } from '../session/questions.js';
import type { Session } from '../session/session.js';

const PAGE = 500;

/** The whole log of a flow; empty where there is none. */
export const readFlowLog = async (bus: Bus, tenant: string, flowId: string): Promise<Transition[]> => {
  const transitions: Transition[] = [];
  for (let after = 0; ;) {
    const page = await bus.read('FLOW', subjects.flow(tenant, flowId), { after, limit: PAGE });
    for (const message of page) transitions.push(message.json<AgentMessage<Transition>>().payload);
    if (page.length < PAGE) return transitions;
    after = page.at(-1)!.sequence;
  }
};

/**
 * As above. `FLOW_UNKNOWN` where there is none: one that was just submitted is given a moment to begin, as whoever tells
 * where a flow is does (`describeFlow`); with no coordinator at work there is nothing to wait for.
 */
export const requireFlowLog = async (session: Session, flowId: string): Promise<Transition[]> => {
  const read = (): Promise<Transition[]> => readFlowLog(session.bus, session.tenant, flowId);
  let log = await read();
  if (log.length === 0) {
    await describeFlow(session, flowId).catch(() => undefined);
    log = await read();
  }
  if (log.length === 0) throw new WaggleError('FLOW_UNKNOWN', `there is no flow ${flowId}, or its log was removed`, { path: 'id' });
  return log;
};
