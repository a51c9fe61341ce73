import type { Msg } from '@nats-io/nats-core';
import { streamOf, WaggleError, type StreamName } from '@waggle/protocol';
import type { OnceResult, PublishOptions, PublishResult, StoredMessage } from '../port.js';
import { API, FULL, isNoResponders, nobodyThere, refused } from './api-error.js';
import { actualSequence, apiErrorOf, sequenceOf } from './pub-ack.js';
import type { GroupCommits } from './group-commits.js';
import { toHeaders } from './raw-headers.js';
import type { Reader } from './reader.js';
import { sameBytes } from './stored-message.js';
import { Again, type Wire } from './wire.js';

const TIMEOUT = 10_000;
/** How long a stream without room is tried: it may be emptied in a moment. */
const FULL_PATIENCE = 2_000;
const REREAD = 50;

/** Stored, or refused because the subject stands at `actual`; `unsure`: an earlier send of these bytes may have been stored. */
type Sent = { sequence: number } | { actual: number; unsure: boolean };

interface Attempt {
  bytes: Uint8Array;
  expect?: number;
  headers?: Record<string, string>;
  deadline: number;
}

const SUBJECT = /^[^\s*>.]+(\.[^\s*>.]+)*$/;

/** Stores messages and says what became of them, whatever acknowledgement was lost on the way. */
export class Publisher {
  constructor(
    private readonly wire: Wire,
    private readonly reader: Reader,
    private readonly inner: { maxPayload: () => number; groups: GroupCommits },
  ) {}

  async publish(subject: string, body: string | Uint8Array, options: PublishOptions = {}): Promise<PublishResult> {
    const attempt = this.attempt(body, options);
    const sent = await this.send(subject, attempt);
    if ('sequence' in sent) return { status: 'stored', sequence: sent.sequence };
    if (!sent.unsure) return { status: 'conflict' };
    const ours = await this.findOurs(subject, attempt, sent.actual);
    return ours ? { status: 'stored', sequence: ours.sequence } : { status: 'conflict' };
  }

  // eslint-disable-next-line no-restricted-syntax -- the port names what it stores, where, and under which conditions
  async publishOnce(
    stream: StreamName,
    subject: string,
    body: string | Uint8Array,
    options: Omit<PublishOptions, 'expect'> = {},
  ): Promise<OnceResult> {
    const attempt = this.attempt(body, { ...options, expect: 0 });
    for (;;) {
      const sent = await this.send(subject, attempt);
      if ('sequence' in sent) return { status: 'stored', sequence: sent.sequence };
      const found = await this.reread(() => this.reader.last(stream, subject), sent.actual, attempt);
      // purged between the refusal and the reading: the subject is free again
      if (!found) continue;
      return sameBytes(found.body, attempt.bytes) ? { status: 'stored', sequence: found.sequence } : { status: 'taken', by: found };
    }
  }

  private attempt(body: string | Uint8Array, options: PublishOptions): Attempt {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const most = this.inner.maxPayload();
    if (bytes.length > most) throw new WaggleError('MESSAGE_TOO_LARGE', `${bytes.length} bytes, the broker takes ${most}`);
    return { bytes, expect: options.expect, headers: options.headers, deadline: performance.now() + (options.timeout ?? TIMEOUT) };
  }

  private send(subject: string, attempt: Attempt): Promise<Sent> {
    if (!SUBJECT.test(subject)) throw new WaggleError('BUS_REFUSED', `not a subject to publish on: ${JSON.stringify(subject)}`);
    const alone = (unsure: boolean): Promise<Sent> => this.sendAlone(subject, attempt, unsure);
    const group = this.inner.groups.of(subject);
    if (!group) return alone(false);
    const { bytes: body, expect, headers, deadline } = attempt;
    return group.write<Sent>({ subject, body, expect, headers, deadline, stored: (sequence) => ({ sequence }), alone });
  }

  private sendAlone(subject: string, attempt: Attempt, unsure: boolean): Promise<Sent> {
    const now = performance.now();
    const fullUntil = Math.min(attempt.deadline, now + FULL_PATIENCE);
    return this.wire.ask<Sent>({
      subject,
      body: attempt.bytes,
      headers: toHeaders(attempt.headers, attempt.expect),
      timeout: attempt.deadline - now,
      judge: (answer, sends) => judge(answer, { subject, fullUntil, unsure: unsure || sends > 1 }),
    });
  }

  /** Whether the message that was refused stands there all the same: an earlier send of it was stored and its answer lost. */
  private async findOurs(subject: string, attempt: Attempt, actual: number): Promise<StoredMessage | undefined> {
    const stream = streamOf(subject);
    if (!stream) throw new WaggleError('BUS_TIMEOUT', `whether ${subject} was stored is unknown: its stream is`);
    const after = attempt.expect ?? 0;
    if (actual <= after) return undefined;
    // a log may have gone on since: ours is the entry that follows the expected one
    const next = stream === 'FLOW';
    const look = next
      ? async () => (await this.reader.read(stream, subject, { after, limit: 1 }))[0]
      : () => this.reader.last(stream, subject);
    const found = await this.reread(look, next ? after + 1 : actual, attempt);
    return found && sameBytes(found.body, attempt.bytes) ? found : undefined;
  }

  /** Reads until what is read is as new as what the refusal spoke of: a follower may lag. Undefined: it was purged since. */
  private async reread(
    look: () => Promise<StoredMessage | undefined>,
    atLeast: number,
    attempt: Attempt,
  ): Promise<StoredMessage | undefined> {
    const patience = Math.min(attempt.deadline, performance.now() + 1_000);
    for (;;) {
      const found = await look();
      if (found && found.sequence >= atLeast) return found;
      if (performance.now() >= attempt.deadline)
        throw new WaggleError('BUS_TIMEOUT', 'what stands on the subject could not be read in time');
      if (performance.now() >= patience) return found;
      await new Promise((resolve) => setTimeout(resolve, REREAD));
    }
  }
}

const judge = (answer: Msg, about: { subject: string; fullUntil: number; unsure: boolean }): Sent | Again => {
  const { subject, fullUntil, unsure } = about;
  const sequence = sequenceOf(answer.data);
  if (sequence !== undefined) return { sequence };
  if (isNoResponders(answer)) return nobodyThere(subject);
  const error = apiErrorOf(answer.data);
  if (!error) throw new WaggleError('BUS_REFUSED', `${subject} was answered by something that is no stream`);
  if (error.err_code === API.wrongLastSequence) return { actual: actualSequence(error), unsure };
  if (FULL.has(error.err_code))
    return new Again(new WaggleError('STORAGE_FULL', `${error.description} (${error.err_code}) on ${subject}`), fullUntil);
  return refused(error, subject);
};
