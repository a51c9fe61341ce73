import type { Artifact, EndState, Fault, Outcome, Priority, Problem, ValueRef } from '@waggle/protocol';
import type { CompiledFlow } from '../definition/compile.js';
import type { Ask, Left } from '../control.js';
import type { Awaited, FlowEvent, Note } from '../types.js';

export type FlowHead = Extract<FlowEvent, { type: 'flowStarted' }>;

export interface TaskState {
  id: string;
  /** The step's index, and the item's in the list of a forEach. */
  step: number;
  item?: number;
  /** Order of first appearance in the log. */
  order: number;
  status:
    'running' | 'retrying' | 'waiting' | 'delegated' | 'awaiting' | 'asking' | 'relying' | 'ready' | 'completed' | 'failed' | 'canceled';
  /** The last one dispatched; 0 before the first. */
  attempt: number;
  /** Of a task of an agent. */
  skill?: string;
  priority: Priority;
  agent?: string;
  /** The sub-flow it goes on as. */
  childId?: string;
  /** The sub-flow is what is run about its failure, or the question what is to be done. */
  recovering?: 'run' | 'decision';
  /** What it waits for, where that is no agent. */
  on?: Awaited;
  /** Resources that it has its turn at. */
  holds?: string[];
  /** When the attempt, the pause before the next, or the wait is over. */
  due: number;
  fault?: Fault;
  /** Of attempts before the last one, the newest last. */
  earlier?: Fault[];
  /** Order of its end among those that have ended. */
  ended?: number;
  /** Money that is set aside for the attempt. */
  promised?: number;
  /** Open child flows of the attempt. */
  children: string[];
  /** Why no agent has it. */
  waitsFor?: 'NO_AGENT' | 'FROZEN' | 'BUDGET';
  /** The question it waits for, and the child flows. */
  ask?: Ask;
  relies?: string[];
  /** What the next attempt is given beside its input. */
  left?: Left;
  /** Attempts that ended without a failure and without an output: retries do not count them. */
  unfailed?: number;
  /** An offer to whoever may take it, until it is accepted; `out`: it was dispatched. */
  offer?: Offer;
  /** When the attempt is over, while `due` is that of the offer. */
  deadline?: number;
  /** Who handed it on, with what it had got to then. */
  passed?: { agent: string; mark: string }[];
  /** The agent that has it back: it goes first. */
  prefers?: string;
  /** What such an attempt is taken to have cost, until it tells. */
  counted?: number;
  /** The last attempt was stopped by a pause: its result counts if it is stored all the same. */
  interrupted?: boolean;
  /** The agent was asked to stop. */
  told?: boolean;
}

export interface Offer {
  from: string;
  fromSkill: string;
  /** To whom; to whoever offers the skill when left out. */
  to?: string;
  expires?: number;
  /** Who refused it. */
  tried: string[];
  out: boolean;
}

export interface StepState {
  index: number;
  status: 'pending' | 'open' | 'completed' | 'failed' | 'skipped' | 'canceled';
  /** Dependencies that have not ended, those aside that its join is about. */
  unmet: number;
  /** Tasks in all, known once the step is open. */
  total: number;
  /** Tasks that have begun: the next item's index. */
  begun: number;
  completed: number;
  failed: number;
  retries: number;
  /** Sub-flows that have got their share of the budget. */
  granted: number;
  items?: unknown[] | ValueRef;
  /** What came together, as its join asks. */
  joined?: (number | string)[];
  /** Why its tasks are being stopped; with a fault where it fails by it. */
  stopping?: { reason: string; fault?: Fault };
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
  /** Money reserved for it. */
  cost?: number;
  deadline: number;
  hop: number;
  status: 'open' | 'canceled' | 'ended';
  /** How it has ended. */
  end?: EndState;
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
  /** Tasks that wait for an event or a signal, by `awaitedKey`. */
  awaiting: Map<string, Set<TaskState>>;
  /** What `notify` signals brought that nobody waited for yet, by name. */
  notes: Map<string, Note>;
  /** Tasks whose next attempt may begin as soon as the flow lets it. */
  ready: Set<TaskState>;
  /** Tasks that wait for an answer, by the question's id. */
  asks: Map<string, TaskState>;
  paused?: { running: 'finish' | 'interrupt' };
  stopping?: { until: number; by: string; reason?: string };
  /** A flow whose results are still to be taken over. */
  restoring?: { flowId: string; n: number };
  /** Tasks that have ended. */
  ended: number;
  /** Ids of the rules that were judged, and how often the steps were changed. */
  judged: Set<string>;
  /** The flow that undoes what this one did; `problems`: what is not undone. */
  rollback?: { childId: string; steps: string[]; due: number; problems: Problem[]; status: 'open' | 'ended' };
  /** Time boxes that were opened. */
  boxes: Map<string, { due: number } | 'closed'>;
  changes: number;
  /** Attempts dispatched, those of ended children included; and those reserved for open children. */
  used: number;
  reserved: number;
  attempts: number;
  cost: number;
  /** Money that is set aside for attempts at work and for open children. */
  held: number;
  /** Milliseconds that completed tasks were worked on. */
  workMs: number;
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

/** Under which a task waits in `awaiting`; undefined where it waits for a time. */
export const awaitedKey = (on: Awaited | undefined): string | undefined =>
  on === undefined || on.kind === 'time' ? undefined : `${on.kind}:${on.key}`;

/** The state of a flow whose log is empty. */
export const emptyState = (): FlowState => ({
  n: 0,
  at: 0,
  phase: 'none',
  flowId: '',
  tenant: '',
  owner: '',
  head: undefined,
  flow: undefined,
  steps: [],
  tasks: new Map(),
  live: new Set(),
  todo: new Set(),
  waiting: new Map(),
  awaiting: new Map(),
  notes: new Map(),
  ready: new Set(),
  asks: new Map(),
  paused: undefined,
  stopping: undefined,
  restoring: undefined,
  ended: 0,
  judged: new Set(),
  rollback: undefined,
  boxes: new Map(),
  changes: 0,
  used: 0,
  reserved: 0,
  attempts: 0,
  cost: 0,
  held: 0,
  workMs: 0,
  settled: 0,
  artifacts: [],
  children: new Map(),
  refused: new Map(),
  armed: undefined,
  due: undefined,
  control: 0,
  ignored: 0,
  origins: new Map(),
  more: false,
  ending: undefined,
  outcome: undefined,
});
