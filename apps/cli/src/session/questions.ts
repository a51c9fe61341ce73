import type { AgentCard, AgentSkill, FlowStatus, Outcome, State } from '@waggle/protocol';
import type { Session } from './session.js';

/** A flow, as the coordinator explains it. */
export interface FlowDescription {
  flowId: string;
  owner: string;
  status?: FlowStatus;
  outcome?: Outcome;
  explain: string[];
  history: { n: number; at: string; event: string; step?: string; task?: string; attempt?: number; agent?: string; detail?: string }[];
  leftOut: number;
}

/** A flow in the coordinator's list. */
export interface FlowLine {
  flowId: string;
  owner: string;
  state: State;
  workflow?: string;
  fraction: number;
  startedAt: string;
  updatedAt: string;
  /** Nothing of it begins until it is resumed. */
  paused?: true;
}

/** An instance of an agent or service, as the registry hears it. */
export interface InstanceLine {
  instance: string;
  presence: string;
  pid?: number;
  host?: string;
  version?: string;
  startedAt?: string;
  slots: number;
  busy: number;
  waiting: number;
  completed: number;
  failed: number;
  /** Bytes resident. */
  memory: number;
  /** Milliseconds since its last beat. */
  beatAge: number;
}

export type AgentState = 'available' | 'busy' | 'draining' | 'offline';

/** An agent or service with all its instances. */
export interface AgentLine {
  name: string;
  kind: AgentCard['kind'];
  description: string;
  /** The best of its instances'. */
  state: AgentState;
  skills: AgentSkill[];
  capabilities: string[];
  slots: number;
  freeSlots: number;
  completed: number;
  failed: number;
  instances: InstanceLine[];
}

export const isThere = ({ presence }: InstanceLine): boolean => presence !== 'gone';

const stateOf = (instances: readonly InstanceLine[], freeSlots: number): AgentState => {
  const there = instances.filter(isThere);
  if (there.length === 0) return 'offline';
  if (there.every(({ presence }) => presence === 'draining')) return 'draining';
  const slots = there.reduce((sum, each) => sum + each.slots, 0);
  return slots === 0 || freeSlots > 0 ? 'available' : 'busy';
};

const summed = (agent: Omit<AgentLine, 'state' | 'slots' | 'freeSlots' | 'completed' | 'failed'>): AgentLine => {
  const live = agent.instances.filter(({ presence }) => presence === 'live');
  const total = (of: readonly InstanceLine[], figure: (each: InstanceLine) => number): number =>
    of.reduce((sum, each) => sum + figure(each), 0);
  const freeSlots = total(live, ({ slots, busy }) => Math.max(0, slots - busy));
  return {
    ...agent,
    state: stateOf(agent.instances, freeSlots),
    slots: total(live, ({ slots }) => slots),
    freeSlots,
    completed: total(agent.instances, ({ completed }) => completed),
    failed: total(agent.instances, ({ failed }) => failed),
  };
};

/** `FLOW_UNKNOWN` */
export const describeFlow = (session: Session, flowId: string): Promise<FlowDescription> =>
  session.ask('coordinator', 'describe', { tenant: session.tenant, flowId });

export const listFlows = async (session: Session, wanted: { owner?: string; state?: State; limit?: number }): Promise<FlowLine[]> =>
  (await session.ask<{ flows: FlowLine[] }>('coordinator', 'list', { tenant: session.tenant, ...wanted })).flows;

/** Everybody who was seen, also those who are gone for a while. */
export const listAgents = async (session: Session): Promise<AgentLine[]> => {
  const { agents } = await session.ask<{ agents: AgentLine[] }>('registry', 'agents');
  return agents.map(summed);
};
