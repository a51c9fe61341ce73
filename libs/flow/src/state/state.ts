import type { Artifact, EndState, Fault, Outcome, Priority, Problem, ValueRef } from '@waggle/protocol';
import type { CompiledFlow } from '../definition/compile.js';
import type { FlowEvent } from '../types.js';

export type FlowHead = Extract<FlowEvent, { type: 'flowStarted' }>;

export interface TaskState {
  id: string;
  /** The step's index, and the item's in the list of a forEach. */
  step: number;
  item?: number;
  /** Order of first appearance in the log. */
  order: number;
  status: 'running' | 'retrying' | 'waiting' | 'completed' | 'failed' | 'canceled';
  /** The last one dispatched; 0 before the first. */
  attempt: number;
  skill: string;
  priority: Priority;
  agent?: string;
  /** When the attempt, the pause before the next, or the wait for an agent is over. */
  due: number;
  fault?: Fault;
  /** Open child flows of the attempt. */
  children: string[];
}

export interface StepState {
  index: number;
  status: 'pending' | 'open' | 'completed' | 'failed' | 'skipped' | 'canceled';
  /** Dependencies that have not ended. */
  unmet: number;
  /** Tasks in all, known once the step is open. */
  total: number;
  /** Tasks that have begun: the next item's index. */
  begun: number;
  completed: number;
  failed: number;
  retries: number;
  items?: unknown[] | ValueRef;
  /** By item; one without forEach. */
  outputs: unknown[];
  /** The outputs as expressions see them; made once. */
  output?: unknown;
  fault?: Fault;
}

export interface ChildState {
  id: string;
  agent: string;
  taskId: string;
  attempt: number;
  /** Attempts reserved for it out of this flow's budget. */
  tasks: number;
  deadline: number;
  hop: number;
  status: 'open' | 'canceled' | 'ended';
}

export type Refusal = 'PARENT_ENDED' | 'BUDGET_EXCEEDED' | 'HOP_LIMIT';

/**
 * A flow as its log has made it. Made by `emptyState` and changed by `fold` only. `decide` leaves it as it found
 * it. Values inside are the log's own: never change them.
 */
export interface FlowState {
  /** The last transition folded, and its time. */
  n: number;
  at: number;
  phase: 'none' | 'open' | 'ending' | 'ended';
  /** Of every flow that was started; a rejected one has only the two names. */
  flowId: string;
  tenant: string;
  owner: string;
  head?: FlowHead;
  flow?: CompiledFlow;
  steps: StepState[];
  tasks: Map<string, TaskState>;
  /** Tasks that have not ended. */
  live: Set<TaskState>;
  /** Steps with something to begin. */
  todo: Set<number>;
  /** Tasks that wait for an agent, by skill. */
  waiting: Map<string, Set<TaskState>>;
  /** Attempts dispatched, those of ended children included; and those reserved for open children. */
  used: number;
  reserved: number;
  attempts: number;
  cost: number;
  settled: number;
  artifacts: Artifact[];
  children: Map<string, ChildState>;
  refused: Map<string, Refusal>;
  armed?: { n: number; at: number };
  /** Deadlines up to this time are being dealt with, over several transitions where they are many. */
  due?: number;
  /** Sequence of the last control signal that was applied. */
  control: number;
  ignored: number;
  /** Which transition dealt with an input, by its origin. */
  origins: Map<string, number>;
  more: boolean;
  ending?: { state: EndState; errors: Problem[]; output?: unknown };
  outcome?: Outcome;
}

/** The state of a flow whose log is empty. */
export const emptyState = (): FlowState => ({
  n: 0,
  at: 0,
  phase: 'none',
  flowId: '',
  tenant: '',
  owner: '',
  steps: [],
  tasks: new Map(),
  live: new Set(),
  todo: new Set(),
  waiting: new Map(),
  used: 0,
  reserved: 0,
  attempts: 0,
  cost: 0,
  settled: 0,
  artifacts: [],
  children: new Map(),
  refused: new Map(),
  control: 0,
  ignored: 0,
  origins: new Map(),
  more: false,
});
