import type { Delivery } from '@waggle/bus';
import type { HeldTask, TaskAddress } from '@waggle/protocol';

/** A task held for so long is worth telling the mesh of at once: what no beat named waits for its ack wait when this instance dies. */
const TELL_AFTER = 50;

interface Held {
  address: TaskAddress;
  delivery: Delivery;
  /** By `performance.now()`. */
  since: number;
  told: boolean;
}

/** What this instance has taken and not settled: the beats name it, so that it can be handed back when the instance dies. */
export class HeldTasks {
  private readonly held = new Map<string, Held>();
  private timer?: NodeJS.Timeout;

  /** `tell` sends a beat soon. */
  constructor(private readonly tell: () => void) {}

  get count(): number {
    return this.held.size;
  }

  list(): HeldTask[] {
    for (const entry of this.held.values()) entry.told = true;
    return [...this.held.values()].map(taskOf);
  }

  add(key: string, held: Omit<Held, 'told'>): void {
    const { address, delivery, since } = held;
    this.held.set(key, { address, delivery, since, told: false });
    this.watch();
  }

  remove(key: string): void {
    this.held.delete(key);
  }

  /**
   * One timer for all: to the moment when the longest untold one has been held long enough. It runs on when that one is
   * gone: most tasks are, and a timer for each would cost more than a look in vain.
   */
  private watch(): void {
    if (this.timer !== undefined) return;
    const untold = this.firstUntold();
    if (untold === undefined) return;
    this.timer = setTimeout(() => this.look(), Math.max(1, untold.since + TELL_AFTER - performance.now()));
    this.timer.unref();
  }

  private look(): void {
    this.timer = undefined;
    const untold = this.firstUntold();
    if (untold !== undefined && untold.since <= performance.now() - TELL_AFTER) this.tell();
    else this.watch();
  }

  /** The one held longest. */
  private firstUntold(): Held | undefined {
    for (const held of this.held.values()) if (!held.told) return held;
    return undefined;
  }
}

const taskOf = ({ address, delivery }: Held): HeldTask => {
  const { tenant, priority, flowId, taskId, attempt } = address;
  const { sequence, consumerSequence, deliveries } = delivery;
  return { tenant, priority, streamSequence: sequence, consumerSequence, deliveries, flowId, taskId, attempt };
};
