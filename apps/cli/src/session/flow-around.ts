import { loadValues } from '@waggle/client';
import { aftermathOf, type Aftermath } from './aftermath.js';
import { goneSince } from './last-heard.js';
import { listAgents, type AgentLine, type FlowDescription } from './questions.js';
import type { Session } from './session.js';

/** What stands around a flow that is not in its log: who is gone that works on it, what it has left behind. */
export interface FlowAround extends Aftermath {
  /** Agents that its tasks run on and whose instances are all gone; when each was heard last. */
  gone?: { agent: string; heard: string }[];
}

/** Those of some agents that something runs on, and that are gone. */
export const goneAmong = (names: ReadonlySet<string>, known: readonly AgentLine[]): FlowAround['gone'] => {
  const gone = known.flatMap((agent) => {
    const heard = names.has(agent.name) ? goneSince(agent) : undefined;
    return heard === undefined ? [] : [{ agent: agent.name, heard }];
  });
  return gone.length > 0 ? gone : undefined;
};

const goneOf = async (session: Session, { status }: FlowDescription): Promise<FlowAround['gone']> => {
  const at = new Set(status?.steps.flatMap(({ running, agents = [] }) => (running > 0 ? agents : [])));
  // the flow is told of all the same where the registry does not answer
  return at.size === 0 ? undefined : goneAmong(at, await listAgents(session).catch(() => []));
};

/** Asked only where it may matter. */
export const aroundFlow = async (session: Session, flow: FlowDescription): Promise<FlowAround> => {
  if (flow.outcome !== undefined) return aftermathOf(session, flow.outcome);
  const gone = await goneOf(session, flow);
  return gone === undefined ? {} : { gone };
};

/** What a flow has made, whole; as it is stored where that was removed. */
export const outputOf = async ({ bus, tenant }: Session, { outcome }: FlowDescription): Promise<unknown> =>
  outcome?.output === undefined ? undefined : loadValues(bus, tenant, outcome.output).catch(() => outcome.output);
