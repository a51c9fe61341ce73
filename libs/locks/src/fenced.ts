import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, StoredMessage } from '@waggle/bus';
import { bucketStream, subjects, WaggleError, type BucketName, type StoreName } from '@waggle/protocol';

/** Where fenced writes go: a key of a bucket, or a subject of a stream that keeps its last value. */
export type FencedPlace = { bucket: BucketName; key: string } | { stream: StoreName; subject: string };

/** Carries the token of the lock under which a message was written. */
export const FENCE_HEADER = 'Waggle-Fence';

/** The token a message was written under; 0 where it was written under none. */
export const fenceOf = (message: Pick<StoredMessage, 'header'> | undefined): number => {
  const token = Number(message?.header(FENCE_HEADER) ?? 0);
  return Number.isSafeInteger(token) && token > 0 ? token : 0;
};

export interface FencedValue {
  sequence: number;
  /** Under which it was written. */
  token: number;
  body: Uint8Array;
  text(): string;
  json<T>(): T;
}

/** All together take two seconds: a replica that lags behind, and was read, has caught up by then. */
const ROUNDS = 100;

const pauseAfter = (round: number): Promise<void> => sleep(Math.random() * Math.min(50, 2 * round));

/**
 * Writes under a lock's token. Each write expects the sequence of the last message that was read there, whose token was
 * not above its own: so once a newer holder has written, the broker itself refuses, however late the write comes.
 * It holds among those who all write through it; a writer without a fence is not stopped.
 */
export class Fenced {
  private readonly stream: StoreName;
  private readonly subject: string;
  private sequence?: number;

  constructor(
    private readonly bus: Bus,
    place: FencedPlace,
    readonly token: number,
  ) {
    this.stream = 'bucket' in place ? bucketStream(place.bucket) : place.stream;
    this.subject = 'bucket' in place ? subjects.kvKey(place.bucket, place.key) : place.subject;
  }

  /** What stands there. `LOCK_FENCED` when a newer holder wrote it. */
  async read(): Promise<FencedValue | undefined> {
    const message = await this.look();
    if (message === undefined || message.body.length === 0) return undefined;
    const { sequence, body } = message;
    return { sequence, body, token: fenceOf(message), text: () => message.text(), json: <T>() => message.json<T>() };
  }

  /** Writes over whatever stands there; its sequence. `LOCK_FENCED` when a newer holder has written, `BUS_…`, `STORAGE_FULL`. */
  async write(body: string | Uint8Array): Promise<number> {
    for (let round = 0; round < ROUNDS; round++) {
      const sequence = await this.attempt(body);
      if (sequence !== undefined) return sequence;
      this.sequence = undefined;
      await pauseAfter(round);
    }
    throw new WaggleError('OVERLOADED', `Too many write ${this.subject} at once.`);
  }

  /** Reads, makes the next value, writes it where nothing was written meanwhile; else again. As above. */
  async update(make: (value: FencedValue | undefined) => string | Uint8Array | Promise<string | Uint8Array>): Promise<number> {
    for (let round = 0; round < ROUNDS; round++) {
      const sequence = await this.attempt(await make(await this.read()));
      if (sequence !== undefined) return sequence;
      await pauseAfter(round);
    }
    throw new WaggleError('OVERLOADED', `Too many write ${this.subject} at once.`);
  }

  /** Its sequence; undefined: something was written since the last look. */
  private async attempt(body: string | Uint8Array): Promise<number | undefined> {
    if (this.sequence === undefined) await this.look();
    const headers = { [FENCE_HEADER]: String(this.token) };
    const written = await this.bus.publish(this.subject, body, { expect: this.sequence, headers });
    if (written.status === 'conflict') return undefined;
    return (this.sequence = written.sequence);
  }

  private async look(): Promise<StoredMessage | undefined> {
    const message = await this.bus.last(this.stream, this.subject);
    const newer = fenceOf(message);
    if (newer > this.token)
      throw new WaggleError('LOCK_FENCED', `A holder with token ${newer} has written, this one's is ${this.token}.`, { path: 'token' });
    this.sequence = message?.sequence ?? 0;
    return message;
  }
}
