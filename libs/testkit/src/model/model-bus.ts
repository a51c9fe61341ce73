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
} from '@waggle/bus';
import { BlobStore, KvBucket } from '@waggle/bus/adapter';
import { WaggleError, type BucketName, type StoreName, type StreamName } from '@waggle/protocol';
import { Asker, type Life } from './asker.js';
import { bytesOf } from './bytes-of.js';
import type { Clock } from './clock.js';
import type { Live, ModelBroker } from './model-broker.js';
import { ModelContent } from './model-content.js';
import { MAX_PAYLOAD, ModelPublisher } from './model-publisher.js';
import { ModelQueue } from './model-queue.js';
import { ModelReader } from './model-reader.js';
import type { ModelStream } from './model-stream.js';
import { directNetwork, type Network } from './network.js';

const API_TIMEOUT = 5_000;

export interface ModelBusOptions {
  network?: Network;
  /** The process's own; default: the broker's. */
  clock?: Clock;
  /** The sequence of a stream up to which a read that is not the leader's sees it; default: all. */
  staleness?: (stream: ModelStream) => number;
}

let clients = 0;

/** The port over the model: one process's connection. */
export class ModelBus implements Bus {
  readonly connection = { clientId: ++clients, serverVersion: 'model' };
  readonly blobs: Blobs;
  private readonly network: Network;
  private readonly asker: Asker;
  private readonly reader: ModelReader;
  private readonly publisher: ModelPublisher;
  private readonly queues = new Set<ModelQueue>();
  private readonly listeners = new Set<(health: BusHealth) => void>();
  private readonly silences = new Set<() => void>();
  private readonly clock: Clock;
  private life: Life = 'open';
  private connected = true;

  constructor(
    private readonly broker: ModelBroker,
    readonly me: string,
    { network = directNetwork(), clock = broker.clock, staleness = () => Infinity }: ModelBusOptions = {},
  ) {
    this.network = network;
    this.clock = clock;
    this.asker = new Asker(clock, network, () => this.life);
    this.reader = new ModelReader(broker, this.asker, staleness);
    this.publisher = new ModelPublisher({ broker, asker: this.asker, reader: this.reader, clock });
    this.blobs = new BlobStore(me, { publisher: this.publisher, reader: this.reader, maxPayload: () => MAX_PAYLOAD });
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

  last(stream: StoreName, subject: string, { from }: { from?: 'leader' | 'any' } = {}): Promise<StoredMessage | undefined> {
    return from === 'leader' ? this.reader.lastFromLeader(stream, subject) : this.reader.last(stream, subject);
  }

  read(stream: StoreName, filter: string | readonly string[], options?: ReadOptions): Promise<StoredMessage[]> {
    return this.reader.read(stream, filter, options);
  }

  async queue(stream: StreamName, name: string): Promise<Queue> {
    const { broker, network, asker, clock } = this;
    const consumer = await asker.ask({
      timeout: API_TIMEOUT,
      work: () => {
        const found = broker.consumer(stream, name);
        if (!found) throw new WaggleError('NOT_PROVISIONED', `no consumer ${name} of ${stream}`);
        return found;
      },
    });
    const queue = new ModelQueue({ broker, consumer, network, asker, clock, life: () => this.life });
    this.queues.add(queue);
    return queue;
  }

  async subscribe(subject: string, handler: (message: LiveMessage) => void, { queue }: { queue?: string } = {}): Promise<Subscription> {
    const hear = (live: Live): void =>
      this.network.toClient('live', () => {
        if (this.life !== 'open') return;
        const respond = (body: string | Uint8Array): void => this.network.toBroker('say', () => live.respond(bytesOf(body)));
        handler(Object.assign(new ModelContent(live.subject, live.body, live.headers), { respond }));
      });
    const silence = await this.asker.ask({ timeout: API_TIMEOUT, work: () => this.broker.listen(subject, { queue, hear }) });
    this.silences.add(silence);
    return {
      stop: async () => {
        this.silences.delete(silence);
        silence();
      },
    };
  }

  emit(subject: string, body: string | Uint8Array): void {
    const bytes = bytesOf(body);
    this.network.toBroker('say', () => void this.broker.publish(subject, bytes));
  }

  request(subject: string, body: string | Uint8Array, { timeout = API_TIMEOUT }: { timeout?: number } = {}): Promise<LiveMessage> {
    const bytes = bytesOf(body);
    const answered = (answer: Uint8Array): LiveMessage =>
      Object.assign(new ModelContent(subject, answer, {}), { respond: () => undefined });
    const [, stream] = /^\$JS\.API\.STREAM\.MSG\.GET\.(.+)$/.exec(subject) ?? [];
    if (stream !== undefined) return this.asker.ask({ timeout, work: () => answered(bytesOf(this.reader.next(stream, bytes))) });
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new WaggleError('BUS_TIMEOUT', `no answer on ${subject} within ${timeout} ms`));
      const cancel = this.clock.after(timeout, late);
      const respond = (answer: Uint8Array): void =>
        this.network.toClient('answer', () => {
          cancel();
          resolve(answered(answer));
        });
      this.network.toBroker('ask', () => void this.broker.tell(subject, { subject, body: bytes, headers: {}, respond }));
    });
  }

  purge(stream: StreamName, filter: string, { upTo }: { upTo?: number } = {}): Promise<number> {
    return this.asker.ask({ timeout: API_TIMEOUT, work: () => this.reader.streamNamed(stream).purge(filter, upTo) });
  }

  // eslint-disable-next-line no-restricted-syntax -- the port names what it stores, where, and under which conditions
  schedule(subject: string, target: string, at: Date, body: string): Promise<PublishResult> {
    return this.publish(subject, body, {
      expect: 0,
      headers: { 'Nats-Schedule': `@at ${at.toISOString()}`, 'Nats-Schedule-Target': target },
    });
  }

  figures(stream: StreamName): Promise<StreamFigures> {
    return this.asker.ask({
      timeout: API_TIMEOUT,
      work: () => {
        const { size, bytes, settings, lastSequence, lastTime } = this.reader.streamNamed(stream);
        // the model's sources are always heard of
        const sources = Object.fromEntries(this.broker.sourcesOf(stream).map((name) => [name, 0]));
        return {
          messages: size,
          bytes,
          maxBytes: settings.max_bytes,
          lastSequence,
          ...(lastTime !== undefined && { lastTime: new Date(lastTime) }),
          time: new Date(this.broker.clock.now()),
          ...(settings.persist_mode === 'async' && { mayForget: true }),
          ...(Object.keys(sources).length > 0 && { sources }),
        };
      },
    });
  }

  backlog(stream: StreamName, consumer: string): Promise<Backlog> {
    return this.asker.ask({
      timeout: API_TIMEOUT,
      work: () => {
        const found = this.broker.consumer(stream, consumer);
        if (found === undefined) throw new WaggleError('NOT_PROVISIONED', `there is no consumer ${consumer} of ${stream}`);
        return { waiting: found.waiting, atWork: found.unsettled };
      },
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

  handBack(held: { stream: StreamName; consumer: string; streamSequence: number }): void {
    this.network.toBroker('say', () => this.broker.consumer(held.stream, held.consumer)?.nak(held.streamSequence));
  }

  get health(): BusHealth {
    const reasons = this.connected ? [] : ['not connected'];
    return { ready: this.connected && this.life === 'open', reasons, violations: 0, ...(this.life === 'closed' && { closed: true }) };
  }

  onHealth(listener: (health: BusHealth) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The connection breaks: the broker forgets what this process has asked for. */
  disconnect(): void {
    this.connected = false;
    for (const queue of this.queues) queue.disconnected();
    for (const listener of this.listeners) listener(this.health);
  }

  reconnect(): void {
    this.connected = true;
    for (const queue of this.queues) queue.reconnected();
    for (const listener of this.listeners) listener(this.health);
  }

  async close(): Promise<void> {
    this.end('closed');
  }

  /** As a killed process: nothing more is said or heard. */
  vanish(): void {
    this.end('gone');
  }

  private end(life: Life): void {
    this.life = life;
    for (const queue of this.queues) queue.disconnected();
    for (const silence of this.silences) silence();
  }
}
