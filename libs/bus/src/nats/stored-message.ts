import type { MsgHdrs } from '@nats-io/nats-core';
import type { StoredMessage } from '../port.js';

const decoder = new TextDecoder();

export abstract class Content {
  abstract readonly body: Uint8Array;
  protected abstract readonly headers: MsgHdrs | undefined;

  text(): string {
    return decoder.decode(this.body);
  }

  json<T>(): T {
    return JSON.parse(this.text()) as T;
  }

  header(name: string): string | undefined {
    return this.headers?.get(name) || undefined;
  }
}

export interface StoredParts {
  subject: string;
  sequence: number;
  time: string;
  body: Uint8Array;
  headers?: MsgHdrs;
}

/** A message as a stream holds it. */
export class Stored extends Content implements StoredMessage {
  readonly subject: string;
  readonly sequence: number;
  readonly time: Date;
  readonly body: Uint8Array;
  protected readonly headers: MsgHdrs | undefined;

  constructor(parts: StoredParts) {
    super();
    this.subject = parts.subject;
    this.sequence = parts.sequence;
    this.time = new Date(parts.time);
    this.body = parts.body;
    this.headers = parts.headers;
  }
}

/** A message as a direct get answers it: what the stream knows of it stands in headers. */
export const storedFromDirect = (body: Uint8Array, headers: MsgHdrs): Stored =>
  new Stored({
    subject: headers.get('Nats-Subject'),
    sequence: Number(headers.get('Nats-Sequence')),
    time: headers.get('Nats-Time-Stamp'),
    body,
    headers,
  });

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && Buffer.compare(a, b) === 0;
