import { nuid, type NatsConnection, type Subscription as NatsSubscription } from '@nats-io/nats-core';
import { subjects, WaggleError, type BucketName, type StoreName, type StreamName } from '@waggle/protocol';
import { rightsOf } from '../permissions/rights.js';
import type {
  Backlog,
  Blobs,
  Bucket,
  Bus,
  BusHealth,
  LiveMessage,
  OnceResult,
  PublishOptions,
  PublishResult,
  Queue,
  ReadOptions,
  StoredMessage,
  StreamFigures,
  Subscription,
} from '../port.js';
import { GroupCommits } from './group-commits.js';
import { isNoResponders } from './api-error.js';
import { BlobStore } from './blob-store.js';
import type { Connection } from './connection.js';
import { ackSubject, type HeldNumbers } from './delivered.js';
import { KvBucket } from './kv-bucket.js';
import { Link } from './link.js';
import { Live } from './live-message.js';
import { NatsQueue } from './nats-queue.js';
import type { BusOptions } from './options.js';
import { Outbox } from './outbox.js';
import { Publisher } from './publisher.js';
import { Reader } from './reader.js';
import { checkRights } from './self-check.js';
import { Stillness } from './stillness.js';
import { StreamApi } from './stream-api.js';
import { Again, Wire } from './wire.js';

const REQUEST_TIMEOUT = 5_000;
const CLOSE = 5_000;

/** The port over NATS. */
export class NatsBus implements Bus {
  readonly me: string;
  readonly blobs: Blobs;
  private readonly nc: NatsConnection;
  private readonly outbox: Outbox;
  private readonly wire: Wire;
  private readonly reader: Reader;
  private readonly streams: StreamApi;
  private readonly groups: GroupCommits;
  private readonly publisher: Publisher;
  private readonly api: string;
  /** Of this connection alone. */
  private readonly inbox: string;
  private lanes = 0;
  private readonly link: Link;
  private readonly queues = new Set<NatsQueue>();
  private readonly stillness = new Stillness();
  /** What waits for the broker and is left waiting by the client when the connection is closed. */
  private readonly unanswered = new Set<() => void>();

  constructor(
    connection: Connection,
    private readonly options: BusOptions,
  ) {
    this.me = options.me;
    this.nc = connection.nc;
    this.inbox = `${subjects.inbox(options.me)}.${nuid.next()}`;
    const rights = options.manifest && !options.trusted ? rightsOf(options.manifest) : undefined;
    this.api = rights?.apiPrefix ?? '$JS.API';
    this.outbox = new Outbox(this.nc);
    this.wire = new Wire(this.nc, this.outbox, this.inbox);
    const maxPayload = (): number => this.nc.info?.max_payload ?? 1024 * 1024;
    this.reader = new Reader(this.wire, this.api);
    this.streams = new StreamApi(this.wire, this.api);
    this.groups = new GroupCommits(this.wire, this.outbox);
    this.publisher = new Publisher(this.wire, this.reader, { maxPayload, groups: this.groups });
    this.blobs = new BlobStore(this.me, { publisher: this.publisher, reader: this.reader, maxPayload });
    this.link = new Link(
      connection,
      { options, rights },
      {
        lost: () => {
          this.wire.disconnected();
          for (const queue of this.queues) queue.disconnected();
        },
        restored: () => {
          this.wire.reconnected();
          this.groups.reconnected();
          for (const queue of this.queues) queue.reconnected();
        },
        closed: () => {
          this.wire.closed();
          for (const end of this.unanswered) end();
          for (const queue of this.queues) void queue.close();
          this.stillness.end();
        },
        refused: (subject) => this.wire.violated(subject),
      },
    );
  }

  /** Compares the rights of this connection with the manifest; `NATS_RIGHTS_MISSING`. */
  async selfCheck(): Promise<void> {
    const { manifest, trusted } = this.options;
    if (!manifest || trusted) return;
    const { more } = await checkRights(this.wire, manifest);
    if (more.length > 0) this.link.log('warn', 'the key has rights that the manifest does not declare', { more });
  }

  get connection(): { clientId: number; serverVersion: string } {
    return { clientId: this.nc.info?.client_id ?? 0, serverVersion: this.nc.info?.version ?? '' };
  }

  get health(): BusHealth {
    return this.link.health.health;
  }

  onHealth(listener: (health: BusHealth) => void): () => void {
    return this.link.health.listen(listener);
  }

  publish(subject: string, body: string | Uint8Array, options?: PublishOptions): Promise<PublishResult> {
    return this.publisher.publish(subject, body, options);
  }

  // eslint-disable-next-line no-restricted-syntax -- the port names what it stores, where, and under which conditions
  publishOnce(
    stream: StreamName,
    subject: string,
    body: string | Uint8Array,
    options?: Omit<PublishOptions, 'expect'>,
  ): Promise<OnceResult> {
    return this.publisher.publishOnce(stream, subject, body, options);
  }

  last(stream: StoreName, subject: string, options: { from?: 'leader' | 'any' } = {}): Promise<StoredMessage | undefined> {
    return options.from === 'leader' ? this.reader.lastFromLeader(stream, subject) : this.reader.last(stream, subject);
  }

  read(stream: StoreName, filter: string | readonly string[], options?: ReadOptions): Promise<StoredMessage[]> {
    return this.reader.read(stream, filter, options);
  }

  async queue(stream: StreamName, consumer: string): Promise<Queue> {
    const check = (): Promise<number> => this.streams.ackWait(stream, consumer);
    const ackWait = await check();
    const about = `queue ${stream}/${consumer}`;
    const queue = new NatsQueue(stream, consumer, ackWait, {
      context: {
        nc: this.nc,
        wire: this.wire,
        outbox: this.outbox,
        api: this.api,
        newInbox: () => `${this.inbox}.pull${(this.lanes++).toString(36)}`,
        stream,
        consumer,
        stood: (came) => this.stillness.stood(ackWait, came),
      },
      hooks: {
        online: () => this.link.connected && !this.link.closing,
        log: (message, fields) => this.link.log('warn', message, fields),
        check,
        health: (error, lost) => {
          this.link.health.set(about, error?.message);
          if (error && lost) this.link.fatal(error);
        },
      },
    });
    if (this.link.closing) throw new WaggleError('BUS_UNREACHABLE', 'the connection is closed');
    this.queues.add(queue);
    return queue;
  }

  async subscribe(subject: string, handler: (message: LiveMessage) => void, options: { queue?: string } = {}): Promise<Subscription> {
    const settled = { ready: false, refusal: undefined as Error | undefined };
    const subscription = this.nc.subscribe(subject, {
      queue: options.queue,
      callback: (error, message) => {
        if (error) {
          settled.refusal = error;
          if (settled.ready) this.link.fatal(new WaggleError('BUS_REFUSED', `the subscription to ${subject} was closed`, { cause: error }));
          return;
        }
        this.guard(subject, () => handler(new Live(message)));
      },
    });
    await this.flushed();
    if (settled.refusal) throw new WaggleError('BUS_REFUSED', `no right to subscribe to ${subject}`, { cause: settled.refusal });
    settled.ready = true;
    return { stop: () => this.stopSubscription(subscription) };
  }

  emit(subject: string, body: string | Uint8Array): void {
    this.outbox.say(subject, body);
  }

  request(subject: string, body: string | Uint8Array, options: { timeout?: number } = {}): Promise<LiveMessage> {
    return this.wire.ask<LiveMessage>({
      subject,
      body,
      timeout: options.timeout ?? REQUEST_TIMEOUT,
      patience: Infinity,
      judge: (answer) =>
        isNoResponders(answer) ? new Again(new WaggleError('BUS_TIMEOUT', `nobody answers on ${subject}`)) : new Live(answer),
    });
  }

  purge(stream: StoreName, filter: string, options?: { upTo?: number }): Promise<number> {
    return this.streams.purge(stream, filter, options);
  }

  figures(stream: StoreName): Promise<StreamFigures> {
    return this.streams.figures(stream);
  }

  backlog(stream: StreamName, consumer: string): Promise<Backlog> {
    return this.streams.backlog(stream, consumer);
  }

  // eslint-disable-next-line no-restricted-syntax -- the port names what it stores, where, and under which conditions
  schedule(subject: string, target: string, at: Date, body: string): Promise<PublishResult> {
    return this.publisher.publish(subject, body, {
      expect: 0,
      headers: { 'Nats-Schedule': `@at ${at.toISOString()}`, 'Nats-Schedule-Target': target },
    });
  }

  bucket(name: BucketName): Bucket {
    return new KvBucket(name, {
      publisher: this.publisher,
      reader: this.reader,
      subscribe: (subject, handler) => this.subscribe(subject, handler),
      request: (subject, body) => this.request(subject, body),
    });
  }

  handBack(held: HeldNumbers): void {
    this.emit(ackSubject(held), '-NAK');
  }

  async close(): Promise<void> {
    if (this.link.closing) return;
    this.link.close();
    const gracefully = (async (): Promise<void> => {
      // without a connection nothing can be handed over
      if (!this.link.connected) return;
      await Promise.all([...this.queues].map((queue) => queue.close()));
      while (this.wire.waiting + this.groups.waiting > 0 && this.link.connected) await new Promise((resolve) => setTimeout(resolve, 10));
      this.outbox.flush();
      await this.nc.drain();
    })();
    await Promise.race([gracefully.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, CLOSE).unref())]);
    await this.nc.close();
  }

  /** The broker has taken what was sent; a connection that breaks meanwhile subscribes again by itself. */
  private async flushed(): Promise<void> {
    try {
      await this.untilClosed(this.nc.flush());
    } catch (cause) {
      if (this.nc.isClosed()) throw new WaggleError('BUS_UNREACHABLE', 'the connection is closed', { cause });
      await this.link.reconnection();
      await this.flushed();
    }
  }

  private async stopSubscription(subscription: NatsSubscription): Promise<void> {
    if (this.nc.isClosed() || subscription.isClosed()) return;
    // on a connection that is closed there is nothing to stop any more
    await this.untilClosed(subscription.drain()).catch(() => undefined);
  }

  /** As the work; rejects once the connection is closed. */
  private untilClosed<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (): void => reject(new WaggleError('BUS_UNREACHABLE', 'the connection is closed'));
      this.unanswered.add(end);
      work.then(resolve, reject).finally(() => this.unanswered.delete(end));
    });
  }

  private guard(subject: string, work: () => unknown): void {
    const failed = (error: unknown): void => this.link.log('error', 'a handler of live messages failed', { subject, error: String(error) });
    try {
      const result = work();
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
