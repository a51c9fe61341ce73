import type { StreamSettings } from '@waggle/bus/adapter';
import type { Clock } from './clock.js';
import { isPattern, subjectFilter, type SubjectFilter } from './subject-filter.js';

export type Headers = Readonly<Record<string, string>>;

/** A message as a stream keeps it. */
export interface Kept {
  readonly subject: string;
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly body: Uint8Array;
  readonly headers: Headers;
}

export type Storing = { sequence: number } | { refused: 'sequence'; actual: number } | { refused: 'full' | 'too-large' };

const EXPECTED = 'Nats-Expected-Last-Subject-Sequence';
/** About what the server adds to a message on disk. */
const OVERHEAD = 30;

const sizeOf = ({ subject, body, headers }: Pick<Kept, 'subject' | 'body' | 'headers'>): number => {
  let size = OVERHEAD + subject.length + body.length;
  for (const name in headers) size += name.length + headers[name]!.length + 4;
  return size;
};

/** One stream by the server's rules: limits, first wins, last value, expected sequences, ages. */
export class ModelStream {
  lastSequence = 0;
  /** When the newest message was stored. */
  lastTime?: number;
  bytes = 0;
  readonly takes: (subject: string) => boolean;
  private readonly messages = new Map<number, Kept>();
  private readonly bySubject = new Map<string, number[]>();
  private readonly mortal = new Map<number, number>();

  constructor(
    readonly settings: StreamSettings,
    private readonly clock: Clock,
    private readonly hooks: { stored: (message: Kept) => void; removed: (message: Kept) => void },
  ) {
    const filters: SubjectFilter[] = (settings.subjects ?? []).map(subjectFilter);
    this.takes = (subject) => filters.some((filter) => filter(subject));
  }

  get name(): string {
    return this.settings.name;
  }

  get size(): number {
    this.expire();
    return this.messages.size;
  }

  /** `kept: false`: counted and dropped at once, as the server does where nobody is interested. */
  store(subject: string, body: Uint8Array, { headers = {}, kept = true }: { headers?: Headers; kept?: boolean } = {}): Storing {
    this.expire();
    const { settings } = this;
    const expected = headers[EXPECTED];
    const standing = this.bySubject.get(subject);
    const actual = standing?.at(-1) ?? 0;
    if (expected !== undefined && Number(expected) !== actual) return { refused: 'sequence', actual };
    if (settings.max_msg_size > 0 && body.length > settings.max_msg_size) return { refused: 'too-large' };
    const perSubject = settings.max_msgs_per_subject;
    const crowded = perSubject > 0 && (standing?.length ?? 0) >= perSubject;
    if (crowded && settings.discard_new_per_subject) return { refused: 'full' };
    const message: Kept = { subject, body, headers, sequence: this.lastSequence + 1, time: Math.round(this.clock.now()) };
    const size = sizeOf(message);
    if (!this.makeRoom(size, crowded ? this.messages.get(standing![0]!) : undefined)) return { refused: 'full' };
    this.lastSequence = message.sequence;
    this.lastTime = message.time;
    if (!kept) return { sequence: message.sequence };
    this.messages.set(message.sequence, message);
    this.bytes += size;
    const list = this.bySubject.get(subject);
    if (list) list.push(message.sequence);
    else this.bySubject.set(subject, [message.sequence]);
    const ttl = settings.allow_msg_ttl ? Number(headers['Nats-TTL']?.replace(/s$/, '')) : NaN;
    if (ttl > 0) this.mortal.set(message.sequence, message.time + ttl * 1_000);
    this.hooks.stored(message);
    return { sequence: message.sequence };
  }

  get(sequence: number): Kept | undefined {
    this.expire();
    return this.messages.get(sequence);
  }

  /** `upTo`: as a replica of the stream that lags has it. Of a pattern, the last of all. */
  last(filter: string, upTo = Infinity): Kept | undefined {
    if (!isPattern(filter)) {
      this.expire();
      const sequence = this.bySubject.get(filter)?.findLast((one) => one <= upTo);
      return sequence === undefined ? undefined : this.messages.get(sequence);
    }
    return this.read(filter, { upTo }).at(-1);
  }

  read(filter: string, { after = 0, limit = Infinity, upTo = Infinity }: { after?: number; limit?: number; upTo?: number } = {}): Kept[] {
    this.expire();
    const found: number[] = [];
    if (!isPattern(filter)) found.push(...(this.bySubject.get(filter) ?? []));
    else {
      const matches = subjectFilter(filter);
      for (const [subject, sequences] of this.bySubject) if (matches(subject)) found.push(...sequences);
      found.sort((a, b) => a - b);
    }
    const wanted = found.filter((sequence) => sequence > after && sequence <= upTo);
    return (wanted.length > limit ? wanted.slice(0, limit) : wanted).map((sequence) => this.messages.get(sequence)!);
  }

  /** Of the newest message that was stored before this time; 0 where there is none. */
  sequenceBefore(time: number): number {
    return this.read('>').findLast((message) => message.time < time)?.sequence ?? 0;
  }

  purge(filter: string, upTo = Infinity): number {
    const gone = this.read(filter, { upTo });
    for (const message of gone) this.remove(message);
    return gone.length;
  }

  remove(message: Kept): void {
    if (!this.messages.delete(message.sequence)) return;
    this.mortal.delete(message.sequence);
    this.bytes -= sizeOf(message);
    const left = this.bySubject.get(message.subject)!.filter((sequence) => sequence !== message.sequence);
    if (left.length === 0) this.bySubject.delete(message.subject);
    else this.bySubject.set(message.subject, left);
    this.hooks.removed(message);
  }

  /** As if nothing had been stored after this sequence. */
  forget(upTo: number): void {
    for (const message of this.read('>', { after: upTo })) this.remove(message);
    this.lastSequence = Math.min(this.lastSequence, upTo);
  }

  /** Last value: the oldest of the subject goes. A full stream refuses, or lets its oldest go. */
  private makeRoom(size: number, oldest: Kept | undefined): boolean {
    const { max_bytes, discard } = this.settings;
    const limit = max_bytes > 0 ? max_bytes : Infinity;
    if (discard === 'new' && this.bytes + size - (oldest ? sizeOf(oldest) : 0) > limit) return false;
    if (oldest) this.remove(oldest);
    for (const first of this.messages.values()) {
      if (this.bytes + size <= limit) break;
      this.remove(first);
    }
    return true;
  }

  /** Ages are looked at when somebody looks: nobody can tell. */
  private expire(): void {
    const now = this.clock.now();
    for (const [sequence, until] of this.mortal) if (until <= now) this.remove(this.messages.get(sequence)!);
    const { max_age } = this.settings;
    if (max_age === 0) return;
    for (const first of this.messages.values()) {
      if (first.time + max_age / 1e6 > now) return;
      this.remove(first);
    }
  }
}
