import type { Delivery } from '@waggle/bus';
import type { Input } from '@waggle/flow';
import type { Job } from '../engine/job.js';

/** An input that this process holds. Settled once, by the newest of its deliveries. */
export class Arrival {
  private touched = performance.now();
  private settled = false;
  private waiting?: ((dealtWith: boolean) => void)[];

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

  /** Resolves when it is settled: whether it was dealt with, or is to come again. For one that is not settled yet. */
  end(): Promise<boolean> {
    return new Promise((resolve) => (this.waiting ??= []).push(resolve));
  }

  done(): void {
    this.settle(true, () => this.delivery.ack());
  }

  again(delay: number): void {
    this.settle(false, () => this.delivery.nak(delay));
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

  private settle(dealtWith: boolean, how: () => void): void {
    if (this.settled) return;
    this.settled = true;
    this.onSettled();
    how();
    for (const resolve of this.waiting ?? []) resolve(dealtWith);
  }
}
