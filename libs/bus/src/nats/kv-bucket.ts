import { bucketStream, subjects, WaggleError, type BucketName } from '@waggle/protocol';
import type { Bucket, BucketEntry, BucketEvent, LiveMessage, PublishResult, StoredMessage, Subscription } from '../port.js';
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

  async delete(key: string): Promise<void> {
    await this.io.publisher.publish(this.subject(key), '', { headers: { [OPERATION]: 'DEL' } });
  }

  async entries(pattern = '>'): Promise<BucketEntry[]> {
    const found = await this.io.reader.read(bucketStream(this.name), subjects.kvKey(this.name, pattern), { lastPerSubject: true });
    return found.filter((message) => !isTombstone(message)).map((message) => this.entry(message));
  }

  watch(pattern: string, handler: (entry: BucketEvent) => void): Promise<Subscription> {
    const prefix = subjects.kvFeed(this.name, '');
    return this.io.subscribe(subjects.kvFeed(this.name, pattern), (message) => {
      const deleted = isTombstone(message);
      handler({
        key: message.subject.slice(prefix.length),
        value: message.body,
        deleted,
        text: () => message.text(),
        json: <T>() => message.json<T>(),
      });
    });
  }

  private subject(key: string): string {
    if (!KEY.test(key)) throw new WaggleError('BUS_REFUSED', `not a key: ${JSON.stringify(key)}`);
    return subjects.kvKey(this.name, key);
  }

  private entry(message: StoredMessage): BucketEntry {
    const prefix = subjects.kvKey(this.name, '');
    return {
      key: message.subject.slice(prefix.length),
      value: message.body,
      revision: message.sequence,
      text: () => message.text(),
      json: <T>() => message.json<T>(),
    };
  }
}
