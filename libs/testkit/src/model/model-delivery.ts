import type { Delivery } from '@waggle/bus';
import { ModelStored } from './model-content.js';
import type { Handed } from './model-consumer.js';

type Settling = 'ack' | 'nak' | 'term' | 'working';

export interface Settler {
  say(what: Settling, sequence: number, delay?: number): void;
  confirm(sequence: number): Promise<boolean>;
  settled(sequence: number): void;
  /** The connection that brought it is over: its sequence may be another's by now, so it settles nothing. */
  over?: () => boolean;
}

/** A message of a durable consumer in the hands of who took it. */
export class ModelDelivery extends ModelStored implements Delivery {
  readonly consumerSequence: number;
  readonly deliveries: number;
  readonly pending: number;
  readonly lapsed = false;

  constructor(
    readonly stream: string,
    { message, consumerSequence, deliveries, pending }: Handed,
    private readonly settler: Settler,
  ) {
    super(message);
    this.consumerSequence = consumerSequence;
    this.deliveries = deliveries;
    this.pending = pending;
  }

  get origin(): { stream: string; sequence: number } | undefined {
    const [stream, sequence] = this.header('Nats-Stream-Source')?.split(' ') ?? [];
    return stream && sequence ? { stream, sequence: Number(sequence) } : undefined;
  }

  ack(): void {
    this.settle('ack');
  }

  async ackConfirmed(): Promise<boolean> {
    try {
      if (this.settler.over?.()) return false;
      return await this.settler.confirm(this.sequence);
    } finally {
      this.settler.settled(this.sequence);
    }
  }

  nak(delay = 0): void {
    this.settle('nak', delay);
  }

  term(_reason: string): void {
    this.settle('term');
  }

  working(): void {
    this.say('working');
  }

  private settle(what: Settling, delay?: number): void {
    this.say(what, delay);
    this.settler.settled(this.sequence);
  }

  private say(what: Settling, delay?: number): void {
    if (!this.settler.over?.()) this.settler.say(what, this.sequence, delay);
  }
}
