import { nuid } from '@nats-io/nats-core';
import { WaggleError } from '@waggle/protocol';
import { API } from './api-error.js';
import type { Outbox } from './outbox.js';
import { apiErrorOf, sequenceOf } from './pub-ack.js';
import { toHeaders } from './raw-headers.js';
import type { Wire } from './wire.js';

/** A batch costs the server about as much as so many writes that are synced one by one: fewer go alone. */
const LEAST = 24;
/** Messages and bytes of a batch at most. */
const MOST = 256;
const MOST_BYTES = 1 << 20;
/** Of one stream, not yet sent. */
const MAX_WAITING = 65_536;
/** Milliseconds without an answer after which each message of a batch is sent for itself. */
const PATIENCE = 2_000;

/** A message on its way to a stream. */
export interface Write<T> {
  subject: string;
  body: Uint8Array;
  expect?: number;
  headers?: Record<string, string>;
  /** It was stored with its batch. */
  stored: (sequence: number) => T;
  /** Sends it by itself. `unsure`: a batch with it was sent, and what became of that is unknown. */
  alone: (unsure: boolean) => Promise<T>;
}

interface Waiting {
  write: Write<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

type Verdict = { last: number } | 'refused' | 'off' | 'unknown';

/**
 * Writes to one stream of a broker that syncs each write to disk. What comes while the broker is busy with the ones
 * before goes out together, as an atomic batch with one sync at its end, or one by one where it is little: the broker
 * would have it wait as well. Nothing waits for more to come. A batch that is refused as a whole, as it is when a single message of it lost a race, is sent again one by
 * one, so that each message has a verdict of its own. Where the stream takes no batches, all go one by one.
 */
export class GroupCommit {
  private readonly queue: Waiting[] = [];
  private underWay = 0;
  /** Whether the stream takes batches; found out when many writes come at once. */
  private takesBatches: boolean | undefined;
  private asking = false;

  constructor(
    private readonly wire: Wire,
    private readonly outbox: Outbox,
  ) {}

  /** False once the stream is known to take no batches. */
  get serves(): boolean {
    return this.takesBatches !== false;
  }

  /** Not yet sent. */
  get waiting(): number {
    return this.queue.length;
  }

  write<T>(write: Write<T>): Promise<T> {
    if (!this.serves || !this.wire.isConnected) return write.alone(false);
    if (this.underWay === 0 && this.queue.length === 0) return this.counted(write.alone(false));
    if (this.takesBatches === undefined && this.asking) return this.counted(write.alone(false));
    return new Promise<T>((resolve, reject) => {
      if (this.queue.length >= MAX_WAITING) throw new WaggleError('OVERLOADED', `${MAX_WAITING} messages wait for a stream already`);
      this.queue.push({ write, resolve: resolve as (value: unknown) => void, reject });
      if (this.takesBatches === undefined) void this.ask();
    });
  }

  /** After a reconnect the stream may take batches, or not any more. */
  reconnected(): void {
    this.takesBatches = undefined;
  }

  /** With a batch of what waits, which is one message. */
  private async ask(): Promise<void> {
    this.asking = true;
    await this.commit(this.take());
    this.asking = false;
  }

  private async counted<T>(sent: Promise<T>): Promise<T> {
    this.underWay++;
    try {
      return await sent;
    } finally {
      this.ended();
    }
  }

  private ended(): void {
    this.underWay--;
    while (this.queue.length > 0 && (this.underWay === 0 || this.takesBatches === false)) {
      const group = this.take();
      if (this.takesBatches && group.length >= LEAST && this.wire.isConnected) void this.commit(group);
      else this.oneByOne(group, false);
    }
  }

  private async commit(group: Waiting[]): Promise<void> {
    this.underWay++;
    const verdict = await this.together(group);
    if (verdict !== 'unknown') this.takesBatches = verdict !== 'off';
    if (typeof verdict === 'object') {
      const first = verdict.last - group.length + 1;
      group.forEach(({ write, resolve }, at) => resolve(write.stored(first + at)));
    } else {
      this.oneByOne(group, verdict === 'unknown');
    }
    this.ended();
  }

  private oneByOne(group: Waiting[], unsure: boolean): void {
    const alone = async ({ write }: Waiting): Promise<unknown> => write.alone(unsure);
    for (const one of group) this.counted(alone(one)).then(one.resolve, one.reject);
  }

  /** What waits, up to a batch, each subject once: the second on a subject is to be compared with the first. */
  private take(): Waiting[] {
    const subjects = new Set<string>();
    let bytes = 0;
    let count = 0;
    for (const { write } of this.queue) {
      bytes += write.body.length;
      if (count > 0 && (count === MOST || bytes > MOST_BYTES || subjects.has(write.subject))) break;
      subjects.add(write.subject);
      count++;
    }
    return this.queue.splice(0, count);
  }

  private async together(group: Waiting[]): Promise<Verdict> {
    const id = nuid.next();
    const headersOf = ({ write }: Waiting, at: number) =>
      toHeaders(
        {
          ...write.headers,
          'Nats-Batch-Id': id,
          'Nats-Batch-Sequence': String(at + 1),
          ...(at === group.length - 1 && { 'Nats-Batch-Commit': '1' }),
        },
        write.expect,
      );
    try {
      const headers = group.map(headersOf);
      const { write: last } = group.at(-1)!;
      for (let at = 0; at < group.length - 1; at++)
        this.outbox.say(group[at]!.write.subject, group[at]!.write.body, { options: { headers: headers[at] } });
      return await this.wire.ask<Verdict>({
        subject: last.subject,
        body: last.body,
        headers: headers.at(-1),
        timeout: 2 * PATIENCE,
        patience: PATIENCE,
        silent: 'unknown',
        judge: ({ data }) => {
          const sequence = sequenceOf(data);
          if (sequence !== undefined) return { last: sequence };
          return apiErrorOf(data)?.err_code === API.batchesDisabled ? 'off' : 'refused';
        },
      });
    } catch {
      // whatever it was, each message finds out for itself
      return 'unknown';
    }
  }
}
