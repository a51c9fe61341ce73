import { nuid } from '@nats-io/nats-core';
import { WaggleError } from '@waggle/protocol';
import { API } from './api-error.js';
import type { Outbox } from './outbox.js';
import { apiErrorOf, sequenceOf } from './pub-ack.js';
import { toHeaders } from './raw-headers.js';
import type { Wire } from './wire.js';

/** A batch costs the server about as much as so many writes that are synced one by one: fewer go alone. */
const LEAST = 24;
/** Messages and bytes of a batch at most, but for one that is larger alone. */
const MOST = 256;
const MOST_BYTES = 1 << 20;
/** Messages and bytes of one stream, not yet sent. */
const MAX_WAITING = 65_536;
const MAX_WAITING_BYTES = 128 << 20;
/** What a batch adds to the headers of each message. */
const ADDED_BYTES = 160;
/** Milliseconds that an answer may take, which is long on a slow disk, before what its messages can still wait for is sent one by one. */
const PATIENCE = 10_000;
const SWEEP = 100;

/** A message on its way to a stream. */
export interface Write<T> {
  subject: string;
  body: Uint8Array;
  expect?: number;
  headers?: Record<string, string>;
  /** `performance.now()` after which it is given up. */
  deadline: number;
  /** It was stored with its batch. */
  stored: (sequence: number) => T;
  /** Sends it by itself. `unsure`: a batch with it was sent, and what became of that is unknown. */
  alone: (unsure: boolean) => Promise<T>;
}

interface Waiting {
  write: Write<unknown>;
  bytes: number;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

type Verdict = { last: number } | 'refused' | 'off' | 'unknown';

/**
 * Writes to one stream of a broker that syncs each write to disk. What comes while the broker is busy with the ones
 * before goes out together, as an atomic batch with one sync at its end, or one by one where it is little: the broker
 * would have it wait as well. Nothing waits for more to come. A batch that is refused as a whole, as it is when a single message of it lost a race, is sent again one by
 * one, so that each message has a verdict of its own. Nothing else is sent twice while the connection lasts: a disk that
 * is slow would get more to do. Where the stream takes no batches, all go one by one.
 */
export class GroupCommit {
  private queue: Waiting[] = [];
  /** Of the queue. */
  private bytes = 0;
  /** Messages of batches that were not answered yet. */
  private readonly sent = new Set<Waiting>();
  private timer: NodeJS.Timeout | undefined;
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
    const bytes = sizeOf(write);
    return new Promise<T>((resolve, reject) => {
      if (this.queue.length >= MAX_WAITING || (this.queue.length > 0 && this.bytes + bytes > MAX_WAITING_BYTES))
        throw new WaggleError('OVERLOADED', `${this.queue.length} messages of ${this.bytes} bytes wait for a stream already`);
      this.queue.push({ write, bytes, resolve: resolve as (value: unknown) => void, reject });
      this.bytes += bytes;
      this.timer ??= setTimeout(this.sweep, SWEEP);
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
    for (const one of group) this.sent.add(one);
    const verdict = await this.together(group);
    // without those whose time is over
    const left = group.filter((one) => this.sent.delete(one));
    if (verdict !== 'unknown') this.takesBatches = verdict !== 'off';
    if (typeof verdict === 'object') {
      const first = verdict.last - group.length + 1;
      group.forEach(({ write, resolve }, at) => resolve(write.stored(first + at)));
    } else {
      this.oneByOne(left, verdict === 'unknown');
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
    let size = 0;
    let count = 0;
    for (const { write, bytes } of this.queue) {
      size += bytes;
      if (count > 0 && (count === MOST || size > MOST_BYTES || subjects.has(write.subject))) break;
      subjects.add(write.subject);
      count++;
    }
    const taken = this.queue.splice(0, count);
    for (const { bytes } of taken) this.bytes -= bytes;
    return taken;
  }

  /** Gives up what has waited too long. */
  private readonly sweep = (): void => {
    const now = performance.now();
    const late = (one: Waiting): boolean => one.write.deadline <= now;
    const giveUp = (one: Waiting): void =>
      one.reject(
        new WaggleError('BUS_TIMEOUT', `no answer on ${one.write.subject} in time: many are written at once, or the disk is slow`),
      );
    for (const one of this.sent) {
      if (!late(one)) continue;
      this.sent.delete(one);
      giveUp(one);
    }
    const overdue = this.queue.filter(late);
    if (overdue.length > 0) this.queue = this.queue.filter((one) => !late(one));
    for (const one of overdue) {
      this.bytes -= one.bytes;
      giveUp(one);
    }
    this.timer = this.queue.length + this.sent.size > 0 ? setTimeout(this.sweep, SWEEP) : undefined;
  };

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

/** With its headers. */
const sizeOf = ({ subject, body, headers = {} }: Write<unknown>): number => {
  let size = subject.length + body.length + ADDED_BYTES;
  for (const name in headers) size += name.length + Buffer.byteLength(headers[name]!) + 4;
  return size;
};
