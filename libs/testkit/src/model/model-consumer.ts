import type { ConsumerSettings } from '@waggle/bus/adapter';
import type { Clock } from './clock.js';
import type { Kept, ModelStream } from './model-stream.js';
import { subjectFilter, type SubjectFilter } from './subject-filter.js';

/** A message on its way to whoever asked for it. */
export interface Handed {
  message: Kept;
  consumerSequence: number;
  deliveries: number;
  pending: number;
}

/** Asked for so many messages, until it is called off. */
export interface Pull {
  left: number;
  /** Given what is there, up to `left` at once. */
  hand: (handed: Handed[]) => void;
  /** Ends with the first that it brings. */
  once: boolean;
}

interface Pending {
  deliveries: number;
  /** When it goes to another unless it is settled. */
  due: number;
}

/** A durable pull consumer with explicit acknowledgement, by the server's rules. */
export class ModelConsumer {
  readonly ackWait: number;
  readonly matches: SubjectFilter;
  private sequence = 0;
  /** Sequences never delivered, and those to be delivered again; each in its order. */
  private fresh: number[] = [];
  private again: number[] = [];
  private readonly pending = new Map<number, Pending>();
  private readonly pulls = new Set<Pull>();
  private check?: { at: number; cancel: () => void };

  constructor(
    readonly settings: ConsumerSettings,
    private readonly stream: ModelStream,
    private readonly clock: Clock,
  ) {
    this.ackWait = settings.ack_wait / 1e6;
    this.matches = settings.filter_subject === undefined ? () => true : subjectFilter(settings.filter_subject);
    for (const { sequence } of stream.read(settings.filter_subject ?? '>')) this.fresh.push(sequence);
  }

  get waiting(): number {
    return this.fresh.length + this.again.length;
  }

  get unsettled(): number {
    return this.pending.size;
  }

  /** Whether the consumer still needs a message that interest keeps. */
  needs(sequence: number): boolean {
    return this.pending.has(sequence) || this.fresh.includes(sequence);
  }

  stored({ sequence }: Kept): void {
    this.fresh.push(sequence);
    this.serve();
  }

  pull(pull: Pull): void {
    this.pulls.add(pull);
    this.serve();
  }

  callOff(pull: Pull): void {
    this.pulls.delete(pull);
  }

  forgetPulls(): void {
    this.pulls.clear();
  }

  /** Its stream has forgotten what it was given after this sequence, and will give such sequences to others. */
  forget(upTo: number): void {
    this.fresh = this.fresh.filter((sequence) => sequence <= upTo);
    this.again = this.again.filter((sequence) => sequence <= upTo);
    for (const sequence of this.pending.keys()) if (sequence > upTo) this.pending.delete(sequence);
  }

  /** An acknowledgement is no fence: whoever sends it, however late, is believed. */
  ack(sequence: number): boolean {
    const known = this.pending.delete(sequence);
    this.again = this.again.filter((one) => one !== sequence);
    this.serve();
    return known;
  }

  /** Nor does a NAK say whose delivery it means. */
  nak(sequence: number, delay = 0): void {
    const pending = this.pending.get(sequence);
    if (!pending) return;
    pending.due = this.clock.now() + delay;
    if (delay > 0) return this.arm(pending.due);
    this.redeliver(sequence);
    this.serve();
  }

  working(sequence: number): void {
    const pending = this.pending.get(sequence);
    if (!pending) return;
    pending.due = this.clock.now() + this.ackWait;
    this.arm(pending.due);
  }

  private redeliver(sequence: number): void {
    if (!this.again.includes(sequence)) this.again.push(sequence);
  }

  private serve(): void {
    for (const pull of this.pulls) {
      const handed: Handed[] = [];
      while (pull.left > 0) {
        const next = this.next();
        if (!next) break;
        pull.left--;
        handed.push(next);
      }
      if (handed.length === 0) return;
      if (pull.left === 0 || pull.once) this.pulls.delete(pull);
      pull.hand(handed);
    }
  }

  private next(): Handed | undefined {
    for (let sequence = this.again.shift(); sequence !== undefined; sequence = this.again.shift()) {
      const message = this.stream.get(sequence);
      const pending = this.pending.get(sequence);
      if (message && pending) return this.hand(message, pending.deliveries + 1);
      this.pending.delete(sequence);
    }
    while (this.pending.size < this.settings.max_ack_pending) {
      const sequence = this.fresh.shift();
      if (sequence === undefined) return undefined;
      const message = this.stream.get(sequence);
      if (message) return this.hand(message, 1);
    }
    return undefined;
  }

  private hand(message: Kept, deliveries: number): Handed {
    const due = this.clock.now() + this.ackWait;
    this.pending.set(message.sequence, { deliveries, due });
    this.arm(due);
    return { message, deliveries, consumerSequence: ++this.sequence, pending: this.fresh.length };
  }

  private arm(due: number): void {
    if (this.check && this.check.at <= due) return;
    this.check?.cancel();
    this.check = { at: due, cancel: this.clock.after(due - this.clock.now(), () => this.lapse()) };
  }

  private lapse(): void {
    this.check = undefined;
    const now = this.clock.now();
    let nearest = Infinity;
    for (const [sequence, pending] of this.pending) {
      if (this.again.includes(sequence)) continue;
      if (pending.due > now) nearest = Math.min(nearest, pending.due);
      else this.redeliver(sequence);
    }
    if (nearest < Infinity) this.arm(nearest);
    this.serve();
  }
}
