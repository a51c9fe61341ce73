import type { Bus } from '@waggle/bus';
import type { Transition } from '@waggle/flow';
import { subjects, WaggleError, type AgentMessage } from '@waggle/protocol';

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

/** As above. `FLOW_UNKNOWN` where there is none. */
export const requireFlowLog = async (bus: Bus, tenant: string, flowId: string): Promise<Transition[]> => {
  const log = await readFlowLog(bus, tenant, flowId);
  if (log.length === 0) throw new WaggleError('FLOW_UNKNOWN', `there is no flow ${flowId}, or its log was removed`, { path: 'id' });
  return log;
};
