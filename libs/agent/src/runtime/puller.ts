import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, Queue } from '@waggle/bus';
import { codeOf } from '@waggle/protocol';
import type { Log } from '@waggle/service';
import type { Slots } from './slots.js';

const LONG_PULL = 20_000;
/** Every so many sweeps a less urgent queue goes first. */
const FAIR_EVERY = 4;
const BACK_OFF_MAX = 2_000;

export interface PullerOptions {
  /** Most urgent first. */
  queues: readonly Queue[];
  slots: Slots;
  /** Takes over a delivery and one slot. */
  start: (delivery: Delivery) => void;
  log: Log;
}

/**
 * Asks for as many tasks as there are free slots, from the most urgent queue down, without waiting; then one waiting
 * pull of a single task stands on each empty queue. Those are what wakes an idle agent, on whichever queue work comes.
 * A queue with a standing pull is empty, so it is not asked again.
 *
 * Bounded: a sweep reserves its slots first. Standing pulls reserve none, else an agent with one slot could hear one
 * queue only: what one of them brings when all slots are taken is handed back at once, at most one delivery a queue
 * until the agent has been idle again.
 */
export class Puller {
  private readonly standing = new Set<Queue>();
  private readonly stopped = new AbortController();
  private sweeps = 0;
  private failures = 0;
  private wake: () => void = () => undefined;
  private running?: Promise<void>;

  constructor(private readonly options: PullerOptions) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Look again: a slot is free. */
  poke(): void {
    this.wake();
  }

  /** Takes nothing more; what still comes is handed back. */
  async stop(): Promise<void> {
    this.stopped.abort();
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      await this.sweep();
      await woken;
    }
  }

  private async sweep(): Promise<void> {
    const { queues, slots } = this.options;
    if (slots.free === 0) return;
    const favoured = ++this.sweeps % FAIR_EVERY === 0 ? queues[1 + ((this.sweeps / FAIR_EVERY) % (queues.length - 1))] : undefined;
    if (favoured !== undefined) await this.takeFrom(favoured, Math.ceil(slots.free / FAIR_EVERY));
    for (const queue of queues) await this.takeFrom(queue, slots.free);
    if (slots.free > 0) for (const queue of queues) void this.stand(queue);
  }

  private async takeFrom(queue: Queue, wanted: number): Promise<void> {
    const { slots } = this.options;
    if (this.standing.has(queue) || this.stopped.signal.aborted) return;
    const reserved = slots.take(wanted);
    if (reserved === 0) return;
    let got: Delivery[] = [];
    try {
      got = await queue.take(reserved, { wait: 0 });
      this.failures = 0;
    } catch (error) {
      await this.backOff(queue, error);
    } finally {
      slots.unused(reserved - got.length);
    }
    for (const delivery of got) this.pass(delivery);
  }

  private async stand(queue: Queue): Promise<void> {
    if (this.standing.has(queue) || this.stopped.signal.aborted) return;
    this.standing.add(queue);
    try {
      const got = await queue.take(1, { wait: LONG_PULL, signal: this.stopped.signal });
      this.failures = 0;
      for (const delivery of got) {
        if (this.options.slots.take(1) === 1) this.pass(delivery);
        else delivery.nak();
      }
    } catch (error) {
      await this.backOff(queue, error);
    }
    this.standing.delete(queue);
    this.wake();
  }

  /** A slot is taken for it. */
  private pass(delivery: Delivery): void {
    if (!this.stopped.signal.aborted) return this.options.start(delivery);
    this.options.slots.unused(1);
    delivery.nak();
  }

  private async backOff(queue: Queue, error: unknown): Promise<void> {
    if (this.stopped.signal.aborted) return;
    const delay = Math.min(BACK_OFF_MAX, 50 * 2 ** Math.min(10, this.failures++));
    this.options.log.warn('tasks cannot be asked for: trying again', { queue: queue.consumer, code: codeOf(error), error, delay });
    await sleep(delay, undefined, { signal: this.stopped.signal }).catch(() => undefined);
  }
}
