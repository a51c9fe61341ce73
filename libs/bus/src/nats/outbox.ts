import type { MsgHdrs, NatsConnection } from '@nats-io/nats-core';

interface Said {
  subject: string;
  body: string | Uint8Array;
  options: { reply?: string; headers?: MsgHdrs } | undefined;
  failed: ((cause: unknown) => void) | undefined;
}

/**
 * What is said in one turn of the event loop goes out with one write to the socket, at its end: the client alone writes
 * whenever a chain of promises pauses, and writes cost more than all else in a short task. In the order it was said.
 */
export class Outbox {
  private waiting: Said[] = [];

  constructor(private readonly nc: NatsConnection) {}

  /** `failed` is told when the client refuses it; on a closed connection what nobody waits for is dropped. */
  say(subject: string, body: string | Uint8Array, more: Pick<Partial<Said>, 'options' | 'failed'> = {}): void {
    this.waiting.push({ subject, body, options: more.options, failed: more.failed });
    if (this.waiting.length === 1) setImmediate(this.flush);
  }

  readonly flush = (): void => {
    const said = this.waiting;
    this.waiting = [];
    for (const { subject, body, options, failed } of said) {
      try {
        this.nc.publish(subject, body, options);
      } catch (cause) {
        failed?.(cause);
      }
    }
  };
}
