/** What a new flow would meet. */
export interface Load {
  /** Inputs that wait for coordinators. */
  inputs: number;
  /** Of the queue that the flow's first tasks would get into soonest; absent where that is not known. */
  queue?: { waiting: number; slots: number; meanMs: number };
  /** How many times its fair share of all submissions the tenant has had lately. */
  share: number;
}

/** Depths past which new flows are refused. */
export interface Depths {
  /** Tasks that wait for an agent. */
  tasks: number;
  /** Inputs that wait for coordinators. */
  inputs: number;
}

/** Milliseconds to wait before asking again, and why. */
export interface Refusal {
  retryAfter: number;
  why: string;
}

const LEAST = 1_000;
const MOST = 60_000;
/** Of a depth, from which on a tenant that asks for more than its share is refused. */
const CROWDED = 0.5;

/** Milliseconds that an input takes at worst: one coordinator, no time but for that. */
const INPUT_TAKES = 1;

const bounded = (milliseconds: number): number => Math.round(Math.min(MOST, Math.max(LEAST, milliseconds)));

/** Past the depth everybody is refused; past half of it those who have had more than their share. */
const isPast = (waiting: number, depth: number, share: number): boolean => waiting >= depth || (waiting >= depth * CROWDED && share > 1);

/** Whether a flow must be refused, by figures of a moment ago. Pure. */
export const admit = ({ inputs, queue, share }: Load, depths: Depths): Refusal | undefined => {
  if (queue !== undefined && isPast(queue.waiting, depths.tasks, share)) {
    const { waiting, slots, meanMs } = queue;
    const drained = ((waiting - depths.tasks * CROWDED) * Math.max(1, meanMs)) / Math.max(1, slots);
    return { retryAfter: bounded(drained), why: `${waiting} tasks wait for the agents that could take this` };
  }
  if (isPast(inputs, depths.inputs, share)) {
    const drained = (inputs - depths.inputs * CROWDED) * INPUT_TAKES;
    return { retryAfter: bounded(drained), why: `${inputs} inputs wait for the coordinators` };
  }
  return undefined;
};
