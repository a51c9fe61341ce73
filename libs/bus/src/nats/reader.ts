import type { Msg } from '@nats-io/nats-core';
import { WaggleError } from '@waggle/protocol';
import type { ReadOptions, StoredMessage } from '../port.js';
import { API, isNoResponders, nobodyThere, refused } from './api-error.js';
import { headersFrom } from './raw-headers.js';
import { apiErrorOf } from './pub-ack.js';
import { Stored, storedFromDirect } from './stored-message.js';
import { Again, MORE, type Wire } from './wire.js';

interface LeaderAnswer {
  message?: { subject: string; seq: number; time: string; data?: string; hdrs?: string };
}

interface Batch {
  messages: StoredMessage[];
  /** Not answered by now: more follow. */
  complete: boolean;
  tooMany: boolean;
}

const TIMEOUT = 10_000;
const BATCH = 1_000;

/** Reads what streams hold. */
export class Reader {
  constructor(
    private readonly wire: Wire,
    private readonly api: string,
  ) {}

  /** By direct get in its subject form, the only one that rights can confine. */
  last(stream: string, subject: string): Promise<StoredMessage | undefined> {
    const asked = `${this.api}.DIRECT.GET.${stream}.${subject}`;
    return this.wire.ask<StoredMessage | undefined>({
      subject: asked,
      body: '',
      timeout: TIMEOUT,
      judge: (answer) => {
        const { headers } = answer;
        if (headers?.has('Nats-Sequence')) return storedFromDirect(answer.data, headers);
        if (headers?.code === 404) return undefined;
        return notDirect(answer, asked);
      },
    });
  }

  lastFromLeader(stream: string, subject: string): Promise<StoredMessage | undefined> {
    const asked = `${this.api}.STREAM.MSG.GET.${stream}`;
    return this.wire.ask<StoredMessage | undefined>({
      subject: asked,
      body: JSON.stringify({ last_by_subj: subject }),
      timeout: TIMEOUT,
      judge: (answer) => {
        if (isNoResponders(answer)) return nobodyThere(asked);
        const error = apiErrorOf(answer.data);
        if (error) return error.err_code === API.noMessage ? undefined : refused(error, asked);
        const { message } = answer.json<LeaderAnswer>();
        if (!message) throw new WaggleError('BUS_REFUSED', `${asked} was not answered by a stream`);
        return new Stored({
          subject: message.subject,
          sequence: message.seq,
          time: message.time,
          body: Buffer.from(message.data ?? '', 'base64'),
          headers: message.hdrs ? headersFrom(Buffer.from(message.hdrs, 'base64')) : undefined,
        });
      },
    });
  }

  async read(stream: string, filter: string | readonly string[], options: ReadOptions = {}): Promise<StoredMessage[]> {
    const filters = typeof filter === 'string' ? [filter] : filter;
    const { limit = Infinity, lastPerSubject = false } = options;
    if (lastPerSubject && !options.after && !options.since) {
      const { messages, tooMany } = await this.batch(stream, { multi_last: filters, batch: Math.min(limit, BATCH) });
      // the broker answers for at most 1,024 subjects at once, and for as many as asked
      if (!tooMany && messages.length < BATCH) return messages;
    }
    const all = { ...options, limit: lastPerSubject ? Infinity : limit };
    if (typeof filter === 'string' && !lastPerSubject) return this.readAll(stream, filter, all);
    const found = (await Promise.all(filters.map((one) => this.readAll(stream, one, all)))).flat();
    return (lastPerSubject ? lastOfEach(found) : found.sort((a, b) => a.sequence - b.sequence)).slice(0, limit);
  }

  private async readAll(
    stream: string,
    filter: string,
    { after = 0, since, limit }: ReadOptions & { limit: number },
  ): Promise<StoredMessage[]> {
    const found: StoredMessage[] = [];
    for (
      let from: { start_time: string } | { seq: number } = since ? { start_time: since.toISOString() } : { seq: after + 1 };
      found.length < limit;
    ) {
      const { messages, complete } = await this.batch(stream, {
        ...from,
        next_by_subj: filter,
        batch: Math.min(limit - found.length, BATCH),
      });
      for (const message of messages) found.push(message);
      if (complete || messages.length === 0) break;
      from = { seq: messages.at(-1)!.sequence + 1 };
    }
    return found;
  }

  /** One batch. What came before a connection broke is dropped and asked for again. */
  private async batch(stream: string, request: Record<string, unknown>): Promise<Batch> {
    const subject = `${this.api}.DIRECT.GET.${stream}`;
    let messages: StoredMessage[] = [];
    return this.wire.ask<Batch>({
      subject,
      body: JSON.stringify(request),
      timeout: TIMEOUT,
      patience: 2_000,
      judge: (answer) => {
        const { headers } = answer;
        if (headers?.code === 204 || headers?.has('Nats-Sequence')) {
          // each part names the one before it: a chain that begins anew is the answer to a later send
          const before = Number(headers.get('Nats-Last-Sequence'));
          if (before === 0 && headers.code !== 204) messages = [];
          if (before !== (messages.at(-1)?.sequence ?? 0))
            return new Again(new WaggleError('BUS_TIMEOUT', `a batch of ${stream} came with gaps`));
          if (headers.code === 204) return { messages, complete: headers.get('Nats-Num-Pending') === '0', tooMany: false };
          messages.push(storedFromDirect(answer.data, headers));
          return MORE;
        }
        if (headers?.code === 404) return { messages: [], complete: true, tooMany: false };
        if (headers?.code === 413) return { messages: [], complete: false, tooMany: true };
        return notDirect(answer, subject);
      },
    });
  }
}

const lastOfEach = (messages: StoredMessage[]): StoredMessage[] =>
  [...new Map(messages.map((message) => [message.subject, message])).values()].sort((a, b) => a.sequence - b.sequence);

/** An answer that holds no message: nobody there, or an error in the header or body. */
const notDirect = (answer: Msg, subject: string): Again => {
  if (isNoResponders(answer)) return nobodyThere(subject);
  const error = apiErrorOf(answer.data);
  if (error) return refused(error, subject);
  const { headers } = answer;
  if (headers?.code === 503 || headers?.code === 408)
    return new Again(new WaggleError('BUS_TIMEOUT', `${headers.description} on ${subject}`));
  throw new WaggleError('BUS_REFUSED', `${headers?.code ?? ''} ${headers?.description ?? 'no answer of a stream'} on ${subject}`);
};
