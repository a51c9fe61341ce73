import type { Delivery } from '@waggle/bus';
import type { Input } from '@waggle/flow';
import type { Job } from '../engine/job.js';

/** An input that this process holds. Settled once, by the newest of its deliveries. */
export class Arrival {
  private touched = performance.now();
  private settled = false;

  constructor(
    private delivery: Delivery,
    private readonly onSettled: () => void,
  ) {}

  get deliveries(): number {
    return this.delivery.deliveries;
  }

  deliveredAgain(delivery: Delivery): void {
    this.delivery = delivery;
    this.touched = performance.now();
  }

  /** Says that it is at work unless that was said since. */
  keep(since: number): void {
    if (this.touched > since) return;
    this.touched = performance.now();
    this.delivery.working();
  }

  done(): void {
    this.settle(() => this.delivery.ack());
  }

  again(delay: number): void {
    this.settle(() => this.delivery.nak(delay));
  }

  never(reason: string): void {
    this.settle(() => this.delivery.term(reason));
  }

  asJob(input: Input): Job {
    return {
      input,
      bytes: this.delivery.body.length,
      deliveries: this.delivery.deliveries,
      done: () => this.done(),
      again: (delay) => this.again(delay),
    };
  }

  private settle(how: () => void): void {
    if (this.settled) return;
    this.settled = true;
    this.onSettled();
    how();
  }
}
