import type { Manifest } from '@waggle/bus';
import {
  consumersOf,
  inputWithSources,
  partitionConsumers,
  retentionConsumers,
  streamTable,
  type ConsumerSettings,
  type StreamSettings,
} from '@waggle/bus/adapter';
import { DEFAULT_PARTITIONS } from '@waggle/protocol';
import { machineClock, type Clock } from './clock.js';
import { ModelConsumer } from './model-consumer.js';
import { ModelStream, type Headers, type Kept, type Storing } from './model-stream.js';
import { Schedules } from './schedules.js';
import { SourceCopy } from './source-copy.js';
import { subjectFilter, type SubjectFilter } from './subject-filter.js';
import { republishedTo } from './transform.js';

export interface ModelOptions {
  clock?: Clock;
  /** 0 to 1: which member of a queue group hears a message. */
  random?: () => number;
  /** Their queues are made. */
  manifests?: readonly Manifest[];
  partitions?: number;
  /** Bytes that all streams may hold together. */
  storage?: number;
  /** Each write is on disk before it is acknowledged, but for INPUT's: `losePower` takes those. */
  synced?: boolean;
  /** Milliseconds until a stored message is copied into INPUT. */
  copyDelay?: () => number;
  /** Milliseconds that a due timer is late; more than one: it fires as often. */
  timerDelays?: () => readonly number[];
}

/** A live message, to one subscriber. */
export interface Live {
  subject: string;
  body: Uint8Array;
  headers: Headers;
  respond: (body: Uint8Array) => void;
}

export interface Listener {
  hears: SubjectFilter;
  queue?: string;
  hear: (live: Live) => void;
}

const noAnswer = (): void => undefined;

/**
 * nats-server's rules, as far as Waggle stands on them, in memory and on a clock of the caller's choosing: the same
 * calls at the same times have the same effects. Made of the tables that the real one is provisioned from. What is left
 * out on purpose: accounts and rights (test/security has the real server for that), clusters but for stale reads.
 */
export class ModelBroker {
  readonly clock: Clock;
  readonly streams = new Map<string, ModelStream>();
  /** Told of each message as it is stored, and of whatever leaves. */
  onStored: (stream: string, message: Kept) => void = noAnswer;
  onRemoved: (stream: string, message: Kept) => void = noAnswer;
  private readonly random: () => number;
  private readonly consumers = new Map<string, ModelConsumer>();
  private readonly byStream = new Map<string, ModelConsumer[]>();
  private readonly listeners = new Set<Listener>();
  private readonly copies = new Map<string, SourceCopy>();
  private readonly schedules: Schedules;

  constructor(options: ModelOptions = {}) {
    const { clock = machineClock, random = Math.random, partitions = DEFAULT_PARTITIONS } = options;
    const { copyDelay = () => 0, timerDelays = () => [random() * 250] } = options;
    this.clock = clock;
    this.random = random;
    this.schedules = new Schedules(clock, timerDelays, (subject, body, headers) => void this.publish(subject, body, headers));
    for (const settings of streamTable(options.storage, 1, options.synced)) this.addStream(settings);
    const manifests = options.manifests ?? [];
    for (const settings of [...partitionConsumers(partitions), ...retentionConsumers(), ...manifests.flatMap(consumersOf)])
      this.addConsumer(settings);
    const input = this.streams.get('INPUT')!;
    for (const source of inputWithSources(partitions).sources ?? []) {
      const from = this.streams.get(source.name)!;
      this.copies.set(
        source.name,
        new SourceCopy({
          from,
          source,
          clock,
          delay: copyDelay,
          store: (subject, body, headers) => this.storeCopy(input, { subject, body, headers }),
        }),
      );
    }
  }

  /** What a stream copies. */
  sourcesOf(stream: string): string[] {
    return stream === 'INPUT' ? [...this.copies.keys()] : [];
  }

  addStream(settings: StreamSettings): void {
    const stream: ModelStream = new ModelStream(settings, this.clock, {
      stored: (message) => this.stored(stream, message),
      removed: (message) => this.removed(stream, message),
    });
    this.streams.set(settings.name, stream);
  }

  /** As it stands: a consumer that is there already is left alone. */
  addConsumer(settings: ConsumerSettings): void {
    const name = `${settings.stream}/${settings.durable_name}`;
    if (this.consumers.has(name)) return;
    const made = new ModelConsumer(settings, this.streams.get(settings.stream)!, this.clock);
    this.consumers.set(name, made);
    this.byStream.set(settings.stream, [...(this.byStream.get(settings.stream) ?? []), made]);
  }

  consumer(stream: string, name: string): ModelConsumer | undefined {
    return this.consumers.get(`${stream}/${name}`);
  }

  streamOf(subject: string): ModelStream | undefined {
    for (const stream of this.streams.values()) if (stream.takes(subject)) return stream;
    return undefined;
  }

  /**
   * Its machine loses power, and it is there again at once. It has forgotten what INPUT was given after the sequence `upTo`
   * and who asked for what, and knows what INPUT has copied, or nothing of it. That everybody's connection broke is the
   * network's to tell.
   */
  losePower({ upTo, copiesAgain }: { upTo: number; copiesAgain: boolean }): void {
    for (const consumer of this.consumers.values()) consumer.forgetPulls();
    const input = this.streams.get('INPUT')!;
    if (input.settings.persist_mode !== 'async') return;
    for (const consumer of this.byStream.get(input.name) ?? []) consumer.forget(upTo);
    input.forget(upTo);
    for (const copy of copiesAgain ? this.copies.values() : []) copy.again();
  }

  /** A message comes in: subscribers hear it, the stream of its subject stores it or does not. Undefined: there is none. */
  publish(subject: string, body: Uint8Array, headers: Headers = {}): Storing | undefined {
    this.tell(subject, { subject, body, headers, respond: noAnswer });
    return this.streamOf(subject)?.store(subject, body, { headers });
  }

  /** False: nobody hears it. */
  tell(subject: string, live: Live): boolean {
    const groups = new Map<string, Listener[]>();
    let heard = false;
    for (const listener of [...this.listeners]) {
      if (!listener.hears(subject)) continue;
      heard = true;
      if (listener.queue === undefined) listener.hear(live);
      else groups.set(listener.queue, [...(groups.get(listener.queue) ?? []), listener]);
    }
    for (const members of groups.values()) members[Math.floor(this.random() * members.length)]!.hear(live);
    return heard;
  }

  listen(pattern: string, listener: Omit<Listener, 'hears'>): () => void {
    const made: Listener = { ...listener, hears: subjectFilter(pattern) };
    this.listeners.add(made);
    return () => this.listeners.delete(made);
  }

  ack(stream: string, consumer: string, sequence: number): boolean {
    const known = this.consumer(stream, consumer)?.ack(sequence) ?? false;
    const kept = this.streams.get(stream)!;
    const message = kept.settings.retention === 'interest' ? kept.get(sequence) : undefined;
    if (message && !this.interested(stream, message).some((one) => one.needs(sequence))) kept.remove(message);
    return known;
  }

  private interested(stream: string, { subject }: Pick<Kept, 'subject'>): ModelConsumer[] {
    return (this.byStream.get(stream) ?? []).filter((consumer) => consumer.matches(subject));
  }

  private storeCopy(input: ModelStream, { subject, body, headers }: Pick<Kept, 'subject' | 'body' | 'headers'>): boolean {
    const kept = this.interested(input.name, { subject }).length > 0;
    return 'sequence' in input.store(subject, body, { headers, kept });
  }

  private stored(stream: ModelStream, message: Kept): void {
    const { name, settings } = stream;
    this.onStored(name, message);
    for (const consumer of this.interested(name, message)) consumer.stored(message);
    this.copies.get(name)?.stored(message);
    if (settings.allow_msg_schedules) this.schedules.stored(stream, message);
    if (settings.republish) this.republish(stream, message);
  }

  private republish({ name, settings }: ModelStream, { subject, sequence, time, body, headers }: Kept): void {
    const to = republishedTo(settings.republish!, subject);
    if (to === undefined) return;
    const stored = {
      'Nats-Stream': name,
      'Nats-Subject': subject,
      'Nats-Sequence': String(sequence),
      'Nats-Time-Stamp': new Date(time).toISOString(),
    };
    this.tell(to, { subject: to, body, headers: { ...headers, ...stored }, respond: noAnswer });
  }

  private removed(stream: ModelStream, message: Kept): void {
    this.onRemoved(stream.name, message);
    if (stream.settings.allow_msg_schedules) this.schedules.removed(message);
  }
}
