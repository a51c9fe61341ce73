import type { Msg, MsgHdrs } from '@nats-io/nats-core';
import type { LiveMessage } from '../port.js';
import { Content } from './stored-message.js';

/** A core message. */
export class Live extends Content implements LiveMessage {
  constructor(private readonly message: Msg) {
    super();
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

  respond(body: string | Uint8Array): void {
    this.message.respond(body);
  }
}
