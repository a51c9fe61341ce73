import type { BucketName, Priority, StoreName, StreamName } from '@waggle/protocol';

/**
 * The port: the few verbs Waggle needs of a broker. One adapter stands behind it (`nats/`); a model of the
 * broker will stand there too (docs/architecture.md). Nothing outside this library knows NATS.
 *
 * Errors are WaggleErrors: `BUS_UNREACHABLE` and `BUS_TIMEOUT` (retryable; whether it was stored is unknown),
 * `STORAGE_FULL` (not stored), `NOT_PROVISIONED` (no stream or consumer answers), `BUS_REFUSED` (no right, or not a
 * request the broker takes), `MESSAGE_TOO_LARGE`, `OVERLOADED` (too many requests under way in this process).
 */
export interface Bus {
  /** The name this process signed in with: the speaker token of its subjects. */
  readonly me: string;
  /** Account and number of the connection as the server knows them; the number changes when it reconnects. */
  readonly connection: { clientId: number; serverVersion: string };

  /**
   * Stores a message and resolves when the broker has acknowledged it. The same bytes are sent again until then
   * or until `timeout` (default 10 s). With `expect` the subject's last sequence must be that; refused: CONFLICT.
   */
  publish(subject: string, body: string | Uint8Array, options?: PublishOptions): Promise<PublishResult>;

  /**
   * Stores a fact that happens once: the first message on its subject wins. `stored` it is now, or was before by
   * the very same bytes; `taken`: another message stands there (returned).
   */
  publishOnce(
    stream: StreamName,
    subject: string,
    body: string | Uint8Array,
    options?: Omit<PublishOptions, 'expect'>,
  ): Promise<OnceResult>;

  /** The last message of a subject, or undefined. `from: 'leader'` is proven current; the default may be a moment old on a cluster. */
  last(stream: StoreName, subject: string, options?: { from?: 'leader' | 'any' }): Promise<StoredMessage | undefined>;

  /**
   * All messages of a subject or pattern, or of several, in order, after a sequence (exclusive; default 0).
   * With `lastPerSubject` only the last one of each subject, in stream order. `since`: those that the broker stored at that time or later, instead of `after`.
   */
  read(stream: StoreName, filter: string | readonly string[], options?: ReadOptions): Promise<StoredMessage[]>;

  /** Takes messages of a durable consumer one by one or in batches; the caller settles each. */
  queue(stream: StreamName, consumer: string): Promise<Queue>;

  /** Live messages of a subject, at most once. Resolves when the broker has taken the subscription. */
  subscribe(subject: string, handler: (message: LiveMessage) => void, options?: { queue?: string }): Promise<Subscription>;

  /** A core message: at most once, no answer. */
  emit(subject: string, body: string | Uint8Array): void;

  /** A question, answered within `timeout` (default 5 s); nobody there: `BUS_TIMEOUT`. */
  request(subject: string, body: string | Uint8Array, options?: { timeout?: number }): Promise<LiveMessage>;

  /** Removes all messages of a subject pattern from a stream; with `upTo`, those up to that sequence (inclusive). */
  purge(stream: StoreName, filter: string, options?: { upTo?: number }): Promise<number>;

  /** Has the broker store `body` on `target` at the given time (0-250 ms late). The subject is used once: never re-armed. */
  schedule(subject: string, target: string, at: Date, body: string): Promise<PublishResult>;

  /** How full a stream is. */
  figures(stream: StoreName): Promise<StreamFigures>;

  /** What waits in a queue, and what was taken from it and is not settled. `NOT_PROVISIONED` where it is not there. */
  backlog(stream: StreamName, consumer: string): Promise<Backlog>;

  readonly blobs: Blobs;

  bucket(name: BucketName): Bucket;

  /** Hands a delivery held by someone else back to its queue: the registry's right alone. */
  handBack(held: { stream: StreamName; consumer: string; streamSequence: number; consumerSequence: number; deliveries: number }): void;

  /** Ready: connected, and every declared right and queue was seen to work. */
  readonly health: BusHealth;
  onHealth(listener: (health: BusHealth) => void): () => void;

  /** Stops taking, lets what is under way end, closes. */
  close(): Promise<void>;
}

export interface ReadOptions {
  after?: number;
  since?: Date;
  limit?: number;
  lastPerSubject?: boolean;
}

export interface PublishOptions {
  /** The sequence that the last message of this subject must have; 0: none is there. */
  expect?: number;
  headers?: Record<string, string>;
  /** Milliseconds until it is given up. */
  timeout?: number;
}

export type PublishResult =
  | { status: 'stored'; sequence: number }
  /** The subject's last sequence is another. */
  | { status: 'conflict' };

export type OnceResult = { status: 'stored'; sequence: number } | { status: 'taken'; by: StoredMessage };

export interface StoredMessage {
  subject: string;
  sequence: number;
  /** When the broker stored it. */
  time: Date;
  body: Uint8Array;
  text(): string;
  json<T>(): T;
  header(name: string): string | undefined;
}

export interface LiveMessage {
  subject: string;
  body: Uint8Array;
  text(): string;
  json<T>(): T;
  header(name: string): string | undefined;
  /** Answers a request. */
  respond(body: string | Uint8Array): void;
}

export interface Subscription {
  stop(): Promise<void>;
}

export interface Delivery extends StoredMessage {
  stream: string;
  consumerSequence: number;
  /** 1 at the first delivery. */
  deliveries: number;
  /** How many more wait in the queue. */
  pending: number;
  /** For a message that the broker copied from another stream: where it came from. */
  origin?: { stream: string; sequence: number };
  /** Whether its ack wait may be over already, for this process stood still as long: another may have it by now. */
  lapsed: boolean;
  /** Done: never delivered again. Fire and forget; redelivery covers a lost one. */
  ack(): void;
  /** Done, and the broker said so; false when it did not answer in time. */
  ackConfirmed(): Promise<boolean>;
  /** Back to the queue, after `delay` milliseconds. One that has lapsed is left alone: the broker would take it from another. */
  nak(delay?: number): void;
  /** Never again: it can never succeed. */
  term(reason: string): void;
  /** Still at work: starts the ack wait anew. */
  working(): void;
}

export interface Queue {
  readonly stream: StreamName;
  readonly consumer: string;
  /** Milliseconds until an unsettled delivery goes to another. */
  readonly ackWait: number;
  /**
   * Up to `max` messages. Waits up to `wait` milliseconds for the first (0: only what is there), then takes what
   * is there and does not wait for more. Exactly `max` are asked of the broker: nothing is prefetched.
   */
  take(max: number, options?: { wait?: number; signal?: AbortSignal }): Promise<Delivery[]>;
  /** Many messages, pushed as they come; the caller bounds its own work. For inputs, not for tasks. */
  consume(handler: (delivery: Delivery) => void, options: { maxInFlight: number }): Promise<Subscription>;
}

export interface BlobHandle {
  writer: string;
  sha256: string;
  size: number;
  chunks: number;
  type: string;
}

export interface Blobs {
  /** Stores content under its hash as this writer; storing it again renews its age. */
  put(tenant: string, content: Uint8Array, type: string): Promise<BlobHandle>;
  /** The content, its hash checked: `BLOB_MISSING`, `BLOB_CORRUPT`. */
  get(tenant: string, blob: BlobHandle): Promise<Uint8Array>;
}

export interface StreamFigures {
  messages: number;
  bytes: number;
  /** The limit; -1: none. */
  maxBytes: number;
  /** Of the newest message, 0 when there was none. */
  lastSequence: number;
  /** When the newest message was stored; undefined when there was none. */
  lastTime?: Date;
  /** The broker's clock as it answered. */
  time: Date;
  /** What the broker stored last it may have forgotten after a crash, and then it gives the same sequences to others. */
  mayForget?: boolean;
  /** In a cluster: the server that leads the stream; undefined while one is chosen. */
  leader?: string;
  /** Of a stream that copies others: milliseconds since the broker last heard of each, by name. */
  sources?: Record<string, number>;
}

export interface Backlog {
  waiting: number;
  atWork: number;
}

export interface BucketValue {
  key: string;
  value: Uint8Array;
  text(): string;
  json<T>(): T;
}

export interface BucketEntry extends BucketValue {
  revision: number;
}

/** A write; of a deletion the value is empty. What was heard on a feed and not stored there has the revision 0. */
export interface BucketEvent extends BucketEntry {
  deleted: boolean;
}

export interface Bucket {
  /** `from: 'leader'` is proven current (`readsLeader`); the default may be a moment old on a cluster. */
  get(key: string, options?: { from?: 'leader' | 'any' }): Promise<BucketEntry | undefined>;
  /** Writes; with `expect` only over that revision (0: none). */
  put(key: string, value: string | Uint8Array, options?: { expect?: number }): Promise<PublishResult>;
  delete(key: string): Promise<PublishResult>;
  /** All present entries, keys matching a pattern (default `>`). */
  entries(pattern?: string): Promise<BucketEntry[]>;
  /** The last write to each key, deletions included, proven current by the leader: for core services with `readsLeader`. */
  writes(pattern?: string): Promise<BucketEvent[]>;
  /** Told of writes, at most once: for waking, never for deciding. */
  watch(pattern: string, handler: (entry: BucketEvent) => void): Promise<Subscription>;
}

export interface BusHealth {
  ready: boolean;
  /** Why not, for people and for `/ready`. */
  reasons: string[];
  /** How often the broker refused a subject to this process. */
  violations: number;
  /** For good: nothing that fails by it is worth another try. */
  closed?: true;
}

/** The four queues of an agent, most urgent first. */
export type AgentQueues = Record<Priority, Queue>;
