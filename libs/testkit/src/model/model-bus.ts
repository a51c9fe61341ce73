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
import { BlobStore, KvBucket, sameBytes } from '@waggle/bus/adapter';
import { streamOf, WaggleError, type BucketName, type StreamName } from '@waggle/protocol';
import { Again, Asker, type Life } from './asker.js';
import type { Clock } from './clock.js';
import type { Live, ModelBroker } from './model-broker.js';
import { ModelContent, ModelStored } from './model-content.js';
import { ModelQueue } from './model-queue.js';
import type { Headers, ModelStream } from './model-stream.js';
import { directNetwork, type Network } from './network.js';

const API_TIMEOUT = 5_000;
const READ_TIMEOUT = 10_000;
const PUBLISH_TIMEOUT = 10_000;
const FULL_PATIENCE = 2_000;
const MAX_PAYLOAD = 1024 * 1024;
const SUBJECT = /^[^\s*>.]+(\.[^\s*>.]+)*$/;
const EXPECTED = 'Nats-Expected-Last-Subject-Sequence';

const encoder = new TextEncoder();
const bytesOf = (body: string | Uint8Array): Uint8Array => (typeof body === 'string' ? encoder.encode(body) : body);

export interface ModelBusOptions {
  network?: Network;
  /** The process's own; default: the broker's. */
  clock?: Clock;
  /** The sequence of a stream up to which a read that is not the leader's sees it; default: all. */
  staleness?: (stream: ModelStream) => number;
}

type Sent = { sequence: number } | { actual: number; unsure: boolean };

let clients = 0;

/** The port over the model: one process's connection. */
export class ModelBus implements Bus {
  readonly connection = { clientId: ++clients, serverVersion: 'model' };
  readonly blobs: Blobs;
  private readonly network: Network;
  private readonly asker: Asker;
  private readonly staleness: (stream: ModelStream) => number;
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
    this.staleness = staleness;
    this.clock = clock;
    this.asker = new Asker(clock, network, () => this.life);
    this.blobs = new BlobStore(me, { publisher: this, reader: this.reader, maxPayload: () => MAX_PAYLOAD });
  }

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
      stream === 'FLOW' ? (await this.fresh(stream, subject, { after, limit: 1 }))[0] : (await this.fresh(stream, subject)).at(-1);
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
      const found = (await this.fresh(stream, subject)).at(-1);
      if (!found) continue;
      return sameBytes(found.body, bytes) ? { status: 'stored', sequence: found.sequence } : { status: 'taken', by: found };
    }
  }

  async last(
    stream: StreamName | `KV_${BucketName}`,
    subject: string,
    options: { from?: 'leader' | 'any' } = {},
  ): Promise<StoredMessage | undefined> {
    return this.asker.ask({
      timeout: READ_TIMEOUT,
      work: () => {
        const kept = this.streamNamed(stream);
        const found = kept.last(subject, options.from === 'leader' ? Infinity : this.staleness(kept));
        return found && new ModelStored(found);
      },
    });
  }

  async read(
    stream: StreamName | `KV_${BucketName}`,
    filter: string,
    { after = 0, since, limit = Infinity, lastPerSubject = false }: ReadOptions = {},
  ): Promise<StoredMessage[]> {
    return this.asker.ask({
      timeout: READ_TIMEOUT,
      patience: 2_000,
      work: () => {
        const kept = this.streamNamed(stream);
        const from = since ? kept.sequenceBefore(since.getTime()) : after;
        const found = kept.read(filter, { after: from, upTo: this.staleness(kept), limit: lastPerSubject ? Infinity : limit });
        const wanted = lastPerSubject ? [...new Map(found.map((one) => [one.subject, one])).values()] : found;
        return wanted
          .sort((a, b) => a.sequence - b.sequence)
          .slice(0, limit)
          .map((one) => new ModelStored(one));
      },
    });
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
    if (stream !== undefined) return this.asker.ask({ timeout, work: () => answered(bytesOf(this.messageGet(stream, bytes))) });
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
    return this.asker.ask({ timeout: API_TIMEOUT, work: () => this.streamNamed(stream).purge(filter, upTo) });
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
        const { size, bytes, settings, lastSequence, lastTime } = this.streamNamed(stream);
        // the model's sources are always heard of
        const sources = Object.fromEntries(this.broker.sourcesOf(stream).map((name) => [name, 0]));
        return {
          messages: size,
          bytes,
          maxBytes: settings.max_bytes,
          lastSequence,
          ...(lastTime !== undefined && { lastTime: new Date(lastTime) }),
          time: new Date(this.broker.clock.now()),
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
      publisher: this,
      reader: this.reader,
      subscribe: (subject, handler) => this.subscribe(subject, handler),
      request: (subject, body) => this.request(subject, body),
    });
  }

  handBack(held: { stream: StreamName; consumer: string; streamSequence: number }): void {
    this.network.toBroker('say', () => this.broker.consumer(held.stream, held.consumer)?.nak(held.streamSequence));
  }

  get health(): BusHealth {
    return { ready: this.connected && this.life === 'open', reasons: this.connected ? [] : ['not connected'], violations: 0 };
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

  private get reader() {
    return {
      last: (stream: string, subject: string) => this.last(stream as StreamName, subject),
      lastFromLeader: (stream: string, subject: string) => this.last(stream as StreamName, subject, { from: 'leader' }),
      read: (stream: string, filter: string, options?: { after?: number; limit?: number; lastPerSubject?: boolean }) =>
        this.read(stream as StreamName, filter, options),
    };
  }

  private checked(subject: string, body: string | Uint8Array): Uint8Array {
    const bytes = bytesOf(body);
    if (bytes.length > MAX_PAYLOAD) throw new WaggleError('MESSAGE_TOO_LARGE', `${bytes.length} bytes, the broker takes ${MAX_PAYLOAD}`);
    if (!SUBJECT.test(subject)) throw new WaggleError('BUS_REFUSED', `not a subject to publish on: ${JSON.stringify(subject)}`);
    return bytes;
  }

  private send(subject: string, bytes: Uint8Array, { expect, headers, timeout = PUBLISH_TIMEOUT }: PublishOptions): Promise<Sent> {
    const fullUntil = this.clock.now() + Math.min(timeout, FULL_PATIENCE);
    const all: Headers = { ...headers, ...(expect === undefined ? {} : { [EXPECTED]: String(expect) }) };
    return this.asker.ask<Sent>({
      timeout,
      work: (sends) => {
        const stored = this.broker.publish(subject, bytes, all);
        if (stored === undefined) return new Again(new WaggleError('NOT_PROVISIONED', `nothing answers on ${subject}`));
        if ('sequence' in stored) return stored;
        if (stored.refused === 'sequence') return { actual: stored.actual, unsure: sends > 1 };
        if (stored.refused === 'too-large') throw new WaggleError('MESSAGE_TOO_LARGE', `too large for the stream of ${subject}`);
        return new Again(new WaggleError('STORAGE_FULL', `no room for ${subject} (10077)`), fullUntil);
      },
    });
  }

  /** What a refusal spoke of is there: read until it is seen. */
  private fresh(
    stream: StreamName | `KV_${BucketName}`,
    subject: string,
    options: { after?: number; limit?: number } = {},
  ): Promise<StoredMessage[]> {
    return this.asker.ask({
      timeout: READ_TIMEOUT,
      work: () =>
        this.streamNamed(stream)
          .read(subject, options)
          .map((one) => new ModelStored(one)),
    });
  }

  private streamNamed(name: string): ModelStream {
    const found = this.broker.streams.get(name);
    if (!found) throw new WaggleError('NOT_PROVISIONED', `no stream ${name}`);
    return found;
  }

  /** The stream's leader asked for the next message of a pattern. */
  private messageGet(stream: string, body: Uint8Array): string {
    const { seq: from = 1, next_by_subj: filter = '>' } = JSON.parse(Buffer.from(body).toString()) as {
      seq?: number;
      next_by_subj?: string;
    };
    const [found] = this.streamNamed(stream).read(filter, { after: from - 1, limit: 1 });
    if (!found) return JSON.stringify({ error: { err_code: 10037, description: 'no message found' } });
    const lines = Object.entries(found.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const hdrs = lines.length === 0 ? undefined : Buffer.from(`NATS/1.0\r\n${lines.join('')}\r\n`).toString('base64');
    const { subject, sequence: seq, time, body: data } = found;
    return JSON.stringify({
      message: { subject, seq, time: new Date(time).toISOString(), hdrs, data: Buffer.from(data).toString('base64') },
    });
  }
}
