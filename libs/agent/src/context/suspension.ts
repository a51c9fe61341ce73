import type { EscalationRequest, HandoffRequest } from '@waggle/protocol';

/** What an agent asks people: who asks, and about which task, is known. */
export type Question = Omit<EscalationRequest, 'fromAgent' | 'taskId' | 'id' | 'flowId' | 'rung'>;

/** To whom a task is handed on, and what they must know: by `toAgent`, `toSkill`, or both. */
export type Handoff = Omit<HandoffRequest, 'fromAgent' | 'taskId' | 'workState'>;

/** A child flow that `ctx.delegate` leaves work to. */
export interface Delegation {
  skill: string;
  input?: unknown;
  /** Makes it the same for every attempt of this task, as with `ctx.call`. */
  key?: string;
  timeout?: string | number;
}

/**
 * How an attempt ends without an output: the handler returns it, its process is free, and the task goes on in another
 * attempt, perhaps elsewhere, with the `workState` left here.
 */
export class Suspension {
  constructor(
    readonly kind: 'handoff' | 'escalate' | 'delegated',
    readonly request: object,
    readonly workState: unknown,
  ) {}
}
