import type { Msg, MsgHdrs } from '@nats-io/nats-core';
import type { Delivery } from '../port.js';
import type { Era, Outbox } from './outbox.js';
import { Content } from './stored-message.js';
import type { Wire } from './wire.js';

interface AckParts {
  stream: string;
  consumer: string;
  deliveries: number;
  streamSequence: number;
  consumerSequence: number;
  /** Nanoseconds, as text. */
  time: string;
  pending: number;
}

/**
 * Both forms of an ack subject: `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<time>.<pending>`,
 * and the same with domain and account before the stream. Undefined where it is neither.
 */
export const parseAck = (subject: string): AckParts | undefined => {
  const tokens = subject.split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK' || tokens.length < 9) return undefined;
  const at = tokens.length >= 11 ? 4 : 2;
  return {
    stream: tokens[at]!,
    consumer: tokens[at + 1]!,
    deliveries: Number(tokens[at + 2]),
    streamSequence: Number(tokens[at + 3]),
    consumerSequence: Number(tokens[at + 4]),
    time: tokens[at + 5]!,
    pending: Number(tokens[at + 6]),
  };
};

export interface HeldNumbers {
  stream: string;
  consumer: string;
  streamSequence: number;
  consumerSequence: number;
  deliveries: number;
}

/** The ack subject of someone else's delivery, from its numbers: the broker looks at no more than these. */
export const ackSubject = (held: HeldNumbers): string =>
  `$JS.ACK.${held.stream}.${held.consumer}.${held.deliveries}.${held.streamSequence}.${held.consumerSequence}.0.0`;

const CONFIRM = 2_000;
/** `<stream>[:<id of the source>] <sequence> …` */
const SOURCE = /^([^ :]+)(?::[^ ]*)? (\d+)/;

/** A message of a durable consumer; whoever took it settles it. */
export class Delivered extends Content implements Delivery {
  readonly stream: string;
  readonly sequence: number;
  readonly consumerSequence: number;
  readonly deliveries: number;
  readonly pending: number;
  private readonly nanos: string;
  private readonly came = performance.now();

  constructor(
    private readonly message: Msg,
    parts: AckParts,
    private readonly via: {
      outbox: Outbox;
      wire: Wire;
      settled?: (sequence: number) => void;
      era?: Era;
      stood?: (came: number) => boolean;
    },
  ) {
    super();
    this.stream = parts.stream;
    this.sequence = parts.streamSequence;
    this.consumerSequence = parts.consumerSequence;
    this.deliveries = parts.deliveries;
    this.pending = parts.pending;
    this.nanos = parts.time;
  }

  get subject(): string {
    return this.message.subject;
  }

  get body(): Uint8Array {
    return this.message.data;
  }

  protected get headers(): MsgHdrs | undefined {
    return this.message.headers;
  }

  get time(): Date {
    return new Date(Number(this.nanos.slice(0, -6)));
  }

  get lapsed(): boolean {
    return this.via.stood?.(this.came) ?? false;
  }

  get origin(): { stream: string; sequence: number } | undefined {
    const match = SOURCE.exec(this.header('Nats-Stream-Source') ?? '');
    return match ? { stream: match[1]!, sequence: Number(match[2]) } : undefined;
  }

  ack(): void {
    this.say('+ACK');
    this.via.settled?.(this.sequence);
  }

  async ackConfirmed(): Promise<boolean> {
    try {
      if (this.via.era?.over) return false;
      return await this.via.wire.ask({
        subject: this.message.reply!,
        body: '+ACK',
        timeout: CONFIRM,
        patience: Infinity,
        judge: (answer) => answer.headers?.code !== 503,
      });
    } catch {
      return false;
    } finally {
      this.via.settled?.(this.sequence);
    }
  }

  nak(delay = 0): void {
    if (!this.lapsed) this.say(delay > 0 ? `-NAK ${JSON.stringify({ delay: Math.round(delay * 1e6) })}` : '-NAK');
    this.via.settled?.(this.sequence);
  }

  term(reason: string): void {
    this.say(`+TERM ${reason.replace(/\s+/g, ' ').slice(0, 200)}`);
    this.via.settled?.(this.sequence);
  }

  working(): void {
    this.say('+WPI');
  }

  /** A lost acknowledgement is covered by redelivery, so a closed connection is no error here. */
  private say(what: string): void {
    this.via.outbox.say(this.message.reply!, what, { era: this.via.era });
  }
}
