import type { Msg, NatsConnection, Subscription as NatsSubscription } from '@nats-io/nats-core';
import type { Delivery } from '../port.js';
import { Delivered, parseAck } from './delivered.js';
import type { Era, Outbox } from './outbox.js';
import type { Wire } from './wire.js';

/** What the broker says about a pull instead of a message. */
export interface PullStatus {
  code: number;
  description: string;
  /** How many messages of the pull will not come any more. */
  unused: number;
}

export interface LaneEvents {
  delivery: (delivery: Delivery) => void;
  status: (pull: number, status: PullStatus) => void;
  /** The broker closed the subscription: rights were taken away. */
  closed: (error: Error) => void;
}

export interface LaneContext {
  nc: NatsConnection;
  wire: Wire;
  outbox: Outbox;
  api: string;
  /** An inbox that nobody else has: instances of a service share their name and rights, and none may hear another's deliveries. */
  newInbox: () => string;
  stream: string;
  consumer: string;
  settled?: (sequence: number) => void;
  /** Deliveries can be settled as long as the era lasts in which they came. */
  era?: Era;
  /** Whether this process stood still for the queue's ack wait since something came, or just before (`performance.now()`). */
  stood?: (came: number) => boolean;
}

/**
 * A subscription that pulls of one consumer are answered on. Deliveries keep their own subject, so they cannot
 * share the wire's inbox: the lane tells whose they are. What arrives after the lane was left goes back to the queue.
 */
export class Lane {
  private readonly inbox: string;
  private readonly subscription: NatsSubscription;
  private pulls = 0;
  private left = false;

  constructor(
    private readonly context: LaneContext,
    private readonly events: LaneEvents,
  ) {
    this.inbox = context.newInbox();
    this.subscription = context.nc.subscribe(`${this.inbox}.*`, {
      callback: (error, message) => (error ? this.events.closed(error) : this.arrived(message)),
    });
  }

  get closed(): boolean {
    return this.subscription.isClosed();
  }

  /** Asks the broker for messages; the number is that of the pull in `status`. */
  pull(request: { batch: number; expires?: number; noWait?: boolean; heartbeat?: number }): number {
    const { outbox, api, stream, consumer } = this.context;
    const number = this.pulls++;
    const nanos = (millis: number): number => Math.round(millis * 1e6);
    const body = JSON.stringify({
      batch: request.batch,
      ...(request.expires ? { expires: nanos(request.expires) } : {}),
      ...(request.noWait ? { no_wait: true } : {}),
      ...(request.heartbeat ? { idle_heartbeat: nanos(request.heartbeat) } : {}),
    });
    outbox.say(`${api}.CONSUMER.MSG.NEXT.${stream}.${consumer}`, body, { options: { reply: `${this.inbox}.${number}` } });
    return number;
  }

  /** Ends all pulls at the broker; messages that are on their way already are handed back. */
  async leave(): Promise<void> {
    this.left = true;
    if (this.context.nc.isClosed() || this.subscription.isClosed()) return;
    // a pull that is said after the inbox was given up loses what it brings until the ack wait is over
    this.context.outbox.flush();
    await this.subscription.drain();
  }

  /** Must never throw: an error here would end the client's read loop. */
  private arrived(message: Msg): void {
    const ack = message.reply ? parseAck(message.reply) : undefined;
    if (ack) {
      const { outbox, wire, settled, era, stood } = this.context;
      const delivery = new Delivered(message, ack, { outbox, wire, settled, era, stood });
      if (this.left) delivery.nak();
      else this.events.delivery(delivery);
      return;
    }
    const { headers } = message;
    if (this.left || !headers) return;
    const pull = Number(message.subject.slice(this.inbox.length + 1));
    this.events.status(pull, {
      code: headers.code,
      description: headers.description,
      unused: Number(headers.get('Nats-Pending-Messages') || 0),
    });
  }
}
