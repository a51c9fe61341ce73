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
}

type InstanceState = 'available' | 'busy' | 'draining' | 'offline';

/** An agent or service, as the registry sees it. */
export interface AgentSummary {
  agent: string;
  kind: AgentCard['kind'];
  description: string;
  version: string;
  state: InstanceState;
  skills: AgentSkill[];
  capabilities: string[];
  priority: number;
  slots: number;
  freeSlots: number;
  completed: number;
  failed: number;
  successRate: number;
  meanMs: number;
  instances: {
    instance: string;
    state: InstanceState;
    pid?: number;
    host?: string;
    version?: string;
    startedAt?: string;
    slots: number;
    busy: number;
    waiting: number;
    memory: number;
    held: string[];
    silentFor: number;
  }[];
}

/** `FLOW_UNKNOWN` */
export const describeFlow = (session: Session, flowId: string): Promise<FlowDescription> =>
  session.ask('coordinator', 'describe', { tenant: session.tenant, flowId });

export const listFlows = async (session: Session, wanted: { owner?: string; state?: State; limit?: number }): Promise<FlowLine[]> =>
  (await session.ask<{ flows: FlowLine[] }>('coordinator', 'list', { tenant: session.tenant, ...wanted })).flows;

export const listAgents = async (session: Session, name?: string): Promise<AgentSummary[]> =>
  (await session.ask<{ agents: AgentSummary[] }>('registry', 'agents', name === undefined ? {} : { name })).agents;
