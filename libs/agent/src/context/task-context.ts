import type { Log } from '@waggle/service';
import type { BlobRef, EscalationDecision, HandoffRequest, Outcome, Priority } from '@waggle/protocol';
import type { Delegation, Handoff, Question, Suspension } from './suspension.js';
import type { ArriveOptions, Channel, Memory, PointOptions, PointState, Session, UseOptions } from '@waggle/memory';
import type { TaskLocks } from './task-locks.js';
import type { Workspaces } from './workspaces.js';

export interface CallOptions {
  /** Makes the child the same for every attempt of this task: a retry finds it again instead of starting a new one. */
  key?: string;
  /** How long the child may take; never longer than this task has. */
  timeout?: string | number;
  /** Default: this task's own. */
  priority?: Priority;
}

/** What a skill's handler is given beside its input. */
export interface TaskContext {
  readonly tenant: string;
  readonly flowId: string;
  readonly taskId: string;
  /** 1 at the first attempt. */
  readonly attempt: number;
  /** Who asked for the flow. */
  readonly owner: string;
  /** `flowId/taskId`: what to give the outside world so that every attempt of this task has one effect. */
  readonly idempotencyKey: string;
  /** What an earlier attempt left for this one. */
  readonly workState: unknown;
  /** Of a task that asked by `escalate`: what was decided, and by whom. */
  readonly decision: EscalationDecision | undefined;
  /** Of a task that another agent handed on: what it says of it. Refused by a `TaskError` that is `rejected`. */
  readonly handedOn: HandoffRequest | undefined;
  /** Aborts when the attempt is canceled, past its deadline, stuck, or handed back; what is done afterwards does not count. */
  readonly signal: AbortSignal;
  /** Lines carry the flow, task, attempt and skill. */
  readonly log: Log;
  /** The code under work, by reference. */
  readonly workspace: Workspaces;
  /** What the agents of this thread share, or of this flow where it belongs to no thread. */
  readonly session: Session;
  /** The memory of that session. */
  readonly memory: Memory;

  /** Tells how far it is (0 to 1). Call it as often as you like: at most five a second are sent, and always the last. */
  progress(fraction: number, message?: string): void;

  /**
   * What `make` gives for `of`, or what it gave before for an equal one: kept in the mesh for this agent alone, up to 14
   * days and as long as there is room. `of` (JSON) names all that the result depends on, the version of the code too.
   * Where nothing can be kept `make` is called each time.
   */
  remember<T>(of: unknown, make: () => Promise<T>): Promise<T>;

  /**
   * Has another skill do something, as a child flow, and waits for its output; this task gives its slot back meanwhile.
   * A redelivered attempt finds its children again. Throws a `TaskError` with the child's code when it does not complete.
   */
  call<T = unknown>(skill: string, input: unknown, options?: CallOptions): Promise<T>;

  /**
   * Passes the task on: `return ctx.handoff({ toSkill, reason, context }, workState)`. Whoever takes it goes on with the
   * work state; where nobody does it comes back to this agent.
   */
  handoff(request: Handoff, workState?: unknown): Suspension;

  /**
   * Asks people: `return ctx.escalate({ severity, issue, requestedDecision, options }, workState)`. The task waits without
   * a process; its next attempt has `decision` and `workState`.
   */
  escalate(question: Question, workState?: unknown): Suspension;

  /**
   * Leaves work to 1 to 100 child flows: `return ctx.delegate([{ skill, input }], workState)`. The task waits for their ends
   * without a process; its next attempt reads them by `outcomes`. Fails with `INVALID_MESSAGE`, not retried, before the first
   * is asked for, and lists what is wrong with each.
   */
  delegate(children: readonly Delegation[], workState?: unknown): Promise<Suspension>;

  /**
   * How the flows that the task last left work to have ended, in the order of `delegate`, completed or not. Undefined where
   * it has left none, or has asked or passed the task on since: `attempt` does not tell, for any attempt may fail before.
   */
  outcomes(): Promise<Outcome[] | undefined>;

  /** Keeps something the task made; it is listed with the result. */
  artifact(name: string, content: string | Uint8Array, type: string): Promise<BlobRef>;

  /** A channel of the session: what its agents say to one another, in order. */
  channel(name: string): Channel;

  /** Locks of the tenant, exclusive or shared, of one scope or several: what no two tasks may do at once. */
  readonly lock: TaskLocks;

  /**
   * Waits until all who are expected have come to the point; this task gives its slot back meanwhile. It counts once,
   * however many attempts it takes. All make the point in the same way. `SYNC_TIMED_OUT` names who is missing.
   */
  sync(name: string, options: PointOptions & ArriveOptions): Promise<PointState>;

  /**
   * Does the work while holding a shared resource, in its turn; this task gives its slot back while it waits. The work's
   * signal aborts when the resource, or the attempt, is lost.
   */
  use<T>(resource: string, options: UseOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}
