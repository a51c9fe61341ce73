import type { Log } from '@waggle/service';
import type { Priority, BlobRef } from '@waggle/protocol';
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
  /** Aborts when the attempt is canceled, past its deadline, stuck, or handed back; what is done afterwards does not count. */
  readonly signal: AbortSignal;
  /** Lines carry the flow, task, attempt and skill. */
  readonly log: Log;
  /** The code under work, by reference. */
  readonly workspace: Workspaces;

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

  /** Keeps something the task made; it is listed with the result. */
  artifact(name: string, content: string | Uint8Array, type: string): Promise<BlobRef>;
}
