import type { ReadOptions, StoredMessage } from '@waggle/bus';
import { WaggleError } from '@waggle/protocol';
import type { Asker } from './asker.js';
import type { ModelBroker } from './model-broker.js';
import { ModelStored } from './model-content.js';
import type { ModelStream } from './model-stream.js';

const TIMEOUT = 10_000;

interface Question {
  seq?: number;
  next_by_subj?: string;
}

/** Reads what the model's streams hold: as any replica has it, or as the leader has. */
export class ModelReader {
  constructor(
    private readonly broker: ModelBroker,
    private readonly asker: Asker,
    /** The sequence of a stream up to which a read that is not the leader's sees it. */
    private readonly seen: (stream: ModelStream) => number,
  ) {}

  last(stream: string, subject: string): Promise<StoredMessage | undefined> {
    return this.lastUpTo(stream, subject, this.seen);
  }

  lastFromLeader(stream: string, subject: string): Promise<StoredMessage | undefined> {
    return this.lastUpTo(stream, subject, () => Infinity);
  }

  read(stream: string, filter: string | readonly string[], options: ReadOptions = {}): Promise<StoredMessage[]> {
    const { after = 0, since, limit = Infinity, lastPerSubject = false } = options;
    return this.asker.ask({
      timeout: TIMEOUT,
      patience: 2_000,
      work: () => {
        const kept = this.streamNamed(stream);
        const from = since ? kept.sequenceBefore(since.getTime()) : after;
        const upTo = this.seen(kept);
        const filters = typeof filter === 'string' ? [filter] : filter;
        const found = filters.flatMap((one) => kept.read(one, { after: from, upTo, limit: lastPerSubject ? Infinity : limit }));
        const wanted = lastPerSubject ? [...new Map(found.map((one) => [one.subject, one])).values()] : found;
        return wanted
          .sort((a, b) => a.sequence - b.sequence)
          .slice(0, limit)
          .map((one) => new ModelStored(one));
      },
    });
  }

  /** What a refusal spoke of is there: read until it is seen. */
  fresh(stream: string, subject: string, options: Pick<ReadOptions, 'after' | 'limit'> = {}): Promise<StoredMessage[]> {
    const work = (): StoredMessage[] =>
      this.streamNamed(stream)
        .read(subject, options)
        .map((one) => new ModelStored(one));
    return this.asker.ask({ timeout: TIMEOUT, work });
  }

  /** What the stream's leader answers of the next message of a pattern. Throws what is final. */
  next(stream: string, question: Uint8Array): string {
    const { seq: from = 1, next_by_subj: filter = '>' } = JSON.parse(Buffer.from(question).toString()) as Question;
    const [found] = this.streamNamed(stream).read(filter, { after: from - 1, limit: 1 });
    if (!found) return JSON.stringify({ error: { err_code: 10037, description: 'no message found' } });
    const lines = Object.entries(found.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const hdrs = lines.length === 0 ? undefined : Buffer.from(`NATS/1.0\r\n${lines.join('')}\r\n`).toString('base64');
    const { subject, sequence: seq, time, body } = found;
    const data = Buffer.from(body).toString('base64');
    return JSON.stringify({ message: { subject, seq, time: new Date(time).toISOString(), hdrs, data } });
  }

  /** `NOT_PROVISIONED` */
  streamNamed(name: string): ModelStream {
    const found = this.broker.streams.get(name);
    if (!found) throw new WaggleError('NOT_PROVISIONED', `no stream ${name}`);
    return found;
  }

  private lastUpTo(stream: string, subject: string, seen: (stream: ModelStream) => number): Promise<StoredMessage | undefined> {
    return this.asker.ask({
      timeout: TIMEOUT,
      work: () => {
        const kept = this.streamNamed(stream);
        const found = kept.last(subject, seen(kept));
        return found && new ModelStored(found);
      },
    });
  }
}
