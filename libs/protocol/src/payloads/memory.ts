import type { Priority } from '../enums.js';
import type { JsonSchema } from '../validation/schema.js';

/** What made a version of a key. */
export const MEMORY_WRITES = ['set', 'merge', 'delete', 'rollback'] as const;
export type MemoryWrite = (typeof MEMORY_WRITES)[number];

/** A version of a key of shared memory, as MEMORY keeps it under `memoryKeys.memory`. Its version is its revision: it never falls. */
export interface MemoryEntry {
  /** JSON, or `{ $blob }` when it is large; none when deleted. */
  value?: unknown;
  write: MemoryWrite;
  by: string;
  at: string;
  /** Id of the question that wrote it: asked again, it is not done again. */
  request: string;
  /** The last ones of other writers and the versions they made, the newest first. */
  recent: [request: string, version: number][];
  /** It stands for as long as this lease does (`memoryKeys.lease`): the broker takes that away in time. */
  lease?: string;
  /** Seconds that the lease was given. */
  ttl?: number;
  /** The highest token of a lock that it was written under (@waggle/locks): a lower one is refused. */
  fence?: number;
}

/** Who owns a key of a session's state, and what may stand there. */
export interface StateKey {
  /** Who may write it; everybody where left out. */
  owners?: string[];
  schema?: JsonSchema;
}

/** Something done outside that a rollback does not undo by itself. */
export interface SessionEffect {
  id: string;
  by: string;
  at: string;
  what: string;
  /** The task that undoes it. */
  compensation?: { skill: string; input?: unknown };
  /** The flow that was started to undo it. */
  undoneBy?: string;
}

export interface SessionAgent {
  joinedAt: string;
  role?: string;
}

export interface SessionRollback {
  /** Id of the question that asked for it. */
  request: string;
  /** Of the checkpoint. */
  to: string;
  by: string;
  at: string;
  /** The checkpoint of what stood before: rolling back to it undoes this. */
  undo: string;
  /** Keys that changed. */
  keys: number;
  /** The flow that undoes what was done outside since. */
  flowId?: string;
}

/** A session, as SESSIONS keeps it. Its memory, channels and sync points live as long as it does. */
export interface SessionState {
  open: boolean;
  closedAt?: string;
  /** Id of the question that created it. */
  request: string;
  createdBy: string;
  createdAt: string;
  description?: string;
  /** Who may join; everybody of the tenant where left out. */
  members?: string[];
  agents: Record<string, SessionAgent>;
  keys: Record<string, StateKey>;
  effects: SessionEffect[];
  rollbacks: SessionRollback[];
  /** A rollback under way: nothing else is written until it is done. */
  rollingBack?: { to: string; request: string; by: string };
  /** Milliseconds without a write after which it is over. */
  keep: number;
}

/** A moment of a session's memory, by name. */
export interface Checkpoint {
  request: string;
  by: string;
  at: string;
  /** Everything up to this sequence of MEMORY counts. */
  sequence: number;
  /** By key, the version and value that stood there (`{ $blob }` when large); `{ $blob }` itself when that is much. */
  entries: unknown;
  keys: number;
  /** How many effects the session had by then: those that follow came after it. */
  effects: number;
  /** Where a flow was. */
  flow?: { flowId: string; sequence: number };
}

export const SYNC_STATES = ['open', 'complete', 'timed-out'] as const;
export type SyncState = (typeof SYNC_STATES)[number];

/** A point that several must reach before any goes on. */
export interface SyncPoint {
  state: SyncState;
  /** How many, or which agents. */
  expect: number | string[];
  /** Participant (`agent` or `agent/who`) -> when, and what it brought. */
  arrived: Record<string, { at: string; data?: unknown }>;
  by: string;
  createdAt: string;
  /** Milliseconds from its creation. */
  timeout: number;
  endedAt?: string;
  /** The participant whose arrival completed it. */
  endedBy?: string;
  /** The alarm that ends it. */
  alarm: string;
}

/** For whom a resource is asked: an agent, or a step of a flow. */
export interface ResourceOwner {
  agent: string;
  flow?: { tenant: string; owner: string; flowId: string; taskId: string; step: string };
  note?: string;
}

export interface ResourceRequest {
  /** Id of the question that asked. */
  id: string;
  owner: ResourceOwner;
  slots: number;
  /** 0: the most urgent, to 3. */
  rank: number;
  askedAt: string;
  /** Milliseconds that a grant holds unless renewed. */
  ttl: number;
  /** How often a later one was served before it: it gains urgency by it. */
  overtaken: number;
}

export interface ResourceGrant extends Pick<ResourceRequest, 'id' | 'owner' | 'slots'> {
  grantedAt: string;
  /** Milliseconds that it holds unless renewed; `full`: once it is. */
  ttl: number;
  full: number;
  /** The alarm that ends it. */
  alarm: string;
  /** The flow it was asked for has not been told yet. */
  untold?: boolean;
}

/** What is shared in turns, as SESSIONS keeps it. */
export interface ResourceState {
  slots: number;
  /** Its slots were set by somebody; else it has one, and is forgotten when nobody wants it. */
  defined: boolean;
  holders: ResourceGrant[];
  /** In order of arrival. */
  queue: ResourceRequest[];
  /** How long grants were held, in milliseconds: a moving mean; 0 before the first release. */
  meanHold: number;
  granted: number;
}

/** Kind of a WAIT entry by which a task of a flow asks for something shared, or gives it back. */
export const SHARED = 'shared';

/** What a task of a flow asks for: its turn at a resource, or to be counted at a sync point (`timeout`: milliseconds). */
export type FlowShare =
  | { kind: 'resource'; key: string; slots: number; priority: Priority; owner: string; step: string }
  | { kind: 'sync'; key: string; session: string; expect: number | string[]; timeout: number; owner: string; step: string }
  | { kind: 'release'; resources: string[] };

/** Where things lie in MEMORY and SESSIONS: the tenant first, so that rights can part them. */
export const memoryKeys = {
  memory: (tenant: string, session: string, key: string): string => `${tenant}.${session}.key.${key}`,
  lease: (tenant: string, session: string, lease: string): string => `${tenant}.${session}.lease.${lease}`,
  session: (tenant: string, session: string): string => `${tenant}.session.${session}`,
  sync: (tenant: string, session: string, name: string): string => `${tenant}.sync.${session}.${name}`,
  checkpoint: (tenant: string, session: string, name: string): string => `${tenant}.checkpoint.${session}.${name}`,
  resource: (tenant: string, name: string): string => `${tenant}.resource.${name}`,
} as const;

/** A key of shared memory: one to eight tokens joined by dots, e.g. `findings.src-app`. */
export const MEMORY_KEY = /^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,7}$/;
