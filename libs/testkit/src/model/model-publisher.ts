import type { OnceResult, PublishOptions, PublishResult } from '@waggle/bus';
import { sameBytes } from '@waggle/bus/adapter';
import { streamOf, WaggleError, type StreamName } from '@waggle/protocol';
import { Again, type Asker } from './asker.js';
import { bytesOf } from './bytes-of.js';
import type { Clock } from './clock.js';
import type { ModelBroker } from './model-broker.js';
import type { ModelReader } from './model-reader.js';
import type { Headers } from './model-stream.js';

/** The server's default. */
export const MAX_PAYLOAD = 1024 * 1024;

const TIMEOUT = 10_000;
const FULL_PATIENCE = 2_000;
const SUBJECT = /^[^\s*>.]+(\.[^\s*>.]+)*$/;
const EXPECTED = 'Nats-Expected-Last-Subject-Sequence';

type Sent = { sequence: number } | { actual: number; unsure: boolean };

export interface PublisherParts {
  broker: ModelBroker;
  asker: Asker;
  reader: ModelReader;
  /** The process's own. */
  clock: Clock;
}

/** Stores messages in the model and says what became of them, whatever answer was lost on the way. */
export class ModelPublisher {
  constructor(private readonly parts: PublisherParts) {}

  async publish(subject: string, body: string | Uint8Array, options: PublishOptions = {}): Promise<PublishResult> {
    const bytes = this.checked(subject, body);
    const sent = await this.send(subject, bytes, options);
    if ('sequence' in sent) return { status: 'stored', sequence: sent.sequence };
    if (!sent.unsure) return { status: 'conflict' };
    const stream = streamOf(subject);
    if (!stream) throw new WaggleError('BUS_TIMEOUT', `whether ${subject} was stored is unknown: its stream is`);
    const after = options.expect ?? 0;
    // a log may have gone on since: ours is the entry that follows the expected one
    const found =
      stream === 'FLOW'
        ? (await this.parts.reader.fresh(stream, subject, { after, limit: 1 }))[0]
        : (await this.parts.reader.fresh(stream, subject)).at(-1);
    return found && sameBytes(found.body, bytes) ? { status: 'stored', sequence: found.sequence } : { status: 'conflict' };
  }

  // eslint-disable-next-line no-restricted-syntax -- the port names what it stores, where, and under which conditions
  async publishOnce(
    stream: StreamName,
    subject: string,
    body: string | Uint8Array,
    options: Omit<PublishOptions, 'expect'> = {},
  ): Promise<OnceResult> {
    const bytes = this.checked(subject, body);
    for (;;) {
      const sent = await this.send(subject, bytes, { ...options, expect: 0 });
      if ('sequence' in sent) return { status: 'stored', sequence: sent.sequence };
      const found = (await this.parts.reader.fresh(stream, subject)).at(-1);
      if (!found) continue;
      return sameBytes(found.body, bytes) ? { status: 'stored', sequence: found.sequence } : { status: 'taken', by: found };
    }
  }

  private checked(subject: string, body: string | Uint8Array): Uint8Array {
    const bytes = bytesOf(body);
    if (bytes.length > MAX_PAYLOAD) throw new WaggleError('MESSAGE_TOO_LARGE', `${bytes.length} bytes, the broker takes ${MAX_PAYLOAD}`);
    if (!SUBJECT.test(subject)) throw new WaggleError('BUS_REFUSED', `not a subject to publish on: ${JSON.stringify(subject)}`);
    return bytes;
  }

  private send(subject: string, bytes: Uint8Array, { expect, headers, timeout = TIMEOUT }: PublishOptions): Promise<Sent> {
    const fullUntil = this.parts.clock.now() + Math.min(timeout, FULL_PATIENCE);
    const all: Headers = { ...headers, ...(expect === undefined ? {} : { [EXPECTED]: String(expect) }) };
    return this.parts.asker.ask<Sent>({
      timeout,
      work: (sends) => {
        const stored = this.parts.broker.publish(subject, bytes, all);
        if (stored === undefined) return new Again(new WaggleError('NOT_PROVISIONED', `nothing answers on ${subject}`));
        if ('sequence' in stored) return stored;
        if (stored.refused === 'sequence') return { actual: stored.actual, unsure: sends > 1 };
        if (stored.refused === 'too-large') throw new WaggleError('MESSAGE_TOO_LARGE', `too large for the stream of ${subject}`);
        return new Again(new WaggleError('STORAGE_FULL', `no room for ${subject} (10077)`), fullUntil);
      },
    });
  }
}
