import { bucketStream, subjects, WaggleError, type BucketName } from '@waggle/protocol';
import type { Bucket, BucketEntry, BucketEvent, LiveMessage, PublishResult, StoredMessage, Subscription } from '../port.js';
import { tailFromLeader } from '../next-stored.js';
import type { Publisher } from './publisher.js';
import type { Reader } from './reader.js';

const OPERATION = 'KV-Operation';
const KEY = /^[A-Za-z0-9_~/=-]+(\.[A-Za-z0-9_~/=-]+)*$/;

const isTombstone = (message: { header(name: string): string | undefined }): boolean => {
  const operation = message.header(OPERATION);
  return operation === 'DEL' || operation === 'PURGE';
};

/**
 * A bucket without the KV client: that one wants roll-ups and consumers of its own, which nobody here may make
 * (docs/security). A deleted key holds a tombstone, over which an `expect` of 0 is refused.
 */
export class KvBucket implements Bucket {
  constructor(
    private readonly name: BucketName,
    private readonly io: {
      publisher: Pick<Publisher, 'publish'>;
      reader: Pick<Reader, 'last' | 'lastFromLeader' | 'read'>;
      subscribe: (subject: string, handler: (message: LiveMessage) => void) => Promise<Subscription>;
      request: (subject: string, body: string | Uint8Array) => Promise<LiveMessage>;
    },
  ) {}

  async get(key: string, { from }: { from?: 'leader' | 'any' } = {}): Promise<BucketEntry | undefined> {
    const { reader } = this.io;
    const stream = bucketStream(this.name);
    const found = await (from === 'leader' ? reader.lastFromLeader(stream, this.subject(key)) : reader.last(stream, this.subject(key)));
    return found && !isTombstone(found) ? this.entry(found) : undefined;
  }

  put(key: string, value: string | Uint8Array, options: { expect?: number } = {}): Promise<PublishResult> {
    return this.io.publisher.publish(this.subject(key), value, { expect: options.expect });
  }

  delete(key: string): Promise<PublishResult> {
    return this.io.publisher.publish(this.subject(key), '', { headers: { [OPERATION]: 'DEL' } });
  }

  async entries(pattern = '>'): Promise<BucketEntry[]> {
    const found = await this.lastOfEach(pattern);
    return found.filter((message) => !isTombstone(message)).map((message) => this.entry(message));
  }

  async writes(pattern = '>'): Promise<BucketEvent[]> {
    const known = await this.lastOfEach(pattern);
    // a replica that lags has the beginning of the stream
    const after = known.at(-1)?.sequence ?? 0;
    const tail = await tailFromLeader(this.io, bucketStream(this.name), { after, filter: subjects.kvKey(this.name, pattern) });
    const latest = new Map([...known, ...tail].map((message) => [message.subject, message]));
    return [...latest.values()].map((message) => ({ ...this.entry(message), deleted: isTombstone(message) }));
  }

  watch(pattern: string, handler: (entry: BucketEvent) => void): Promise<Subscription> {
    const prefix = subjects.kvFeed(this.name, '');
    return this.io.subscribe(subjects.kvFeed(this.name, pattern), (message) => {
      const deleted = isTombstone(message);
      const revision = Number(message.header('Nats-Sequence') ?? 0);
      handler({ ...content(message), key: message.subject.slice(prefix.length), revision, deleted });
    });
  }

  private lastOfEach(pattern: string): Promise<StoredMessage[]> {
    return this.io.reader.read(bucketStream(this.name), subjects.kvKey(this.name, pattern), { lastPerSubject: true });
  }

  private subject(key: string): string {
    if (!KEY.test(key)) throw new WaggleError('BUS_REFUSED', `not a key: ${JSON.stringify(key)}`);
    return subjects.kvKey(this.name, key);
  }

  private entry(message: StoredMessage): BucketEntry {
    const prefix = subjects.kvKey(this.name, '');
    return { ...content(message), key: message.subject.slice(prefix.length), revision: message.sequence };
  }
}

const content = (message: Pick<StoredMessage, 'body' | 'text' | 'json'>): Pick<BucketEntry, 'value' | 'text' | 'json'> => ({
  value: message.body,
  text: () => message.text(),
  json: <T>() => message.json<T>(),
});
