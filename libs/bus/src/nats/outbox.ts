import type { MsgHdrs, NatsConnection } from '@nats-io/nats-core';

/** As long as one connection lasts. */
export interface Era {
  over: boolean;
}

interface Said {
  subject: string;
  body: string | Uint8Array;
  options: { reply?: string; headers?: MsgHdrs } | undefined;
  failed: ((cause: unknown) => void) | undefined;
  era: Era | undefined;
}

/**
 * What is said in one turn of the event loop goes out with one write to the socket, at its end: the client alone writes
 * whenever a chain of promises pauses, and writes cost more than all else in a short task. In the order it was said.
 */
export class Outbox {
  private waiting: Said[] = [];

  constructor(private readonly nc: NatsConnection) {}

  /** `failed` is told when the client refuses it; on a closed connection what nobody waits for is dropped, and so is what belongs to an era that is over. */
  say(subject: string, body: string | Uint8Array, more: Pick<Partial<Said>, 'options' | 'failed' | 'era'> = {}): void {
    this.waiting.push({ subject, body, options: more.options, failed: more.failed, era: more.era });
    if (this.waiting.length === 1) setImmediate(this.flush);
  }

  readonly flush = (): void => {
    const said = this.waiting;
    this.waiting = [];
    for (const { subject, body, options, failed, era } of said) {
      if (era?.over) continue;
      try {
        this.nc.publish(subject, body, options);
      } catch (cause) {
        failed?.(cause);
      }
    }
  };
}
