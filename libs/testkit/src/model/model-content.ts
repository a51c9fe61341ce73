import type { StoredMessage } from '@waggle/bus';
import type { Headers, Kept } from './model-stream.js';

const decoder = new TextDecoder();

/** What a reader sees of a message. */
export class ModelContent {
  constructor(
    readonly subject: string,
    readonly body: Uint8Array,
    private readonly headers: Headers,
  ) {}

  text(): string {
    return decoder.decode(this.body);
  }

  json<T>(): T {
    return JSON.parse(this.text()) as T;
  }

  header(name: string): string | undefined {
    return this.headers[name] || undefined;
  }
}

/** A message as a stream holds it, read. */
export class ModelStored extends ModelContent implements StoredMessage {
  readonly sequence: number;
  readonly time: Date;

  constructor({ subject, body, headers, sequence, time }: Kept) {
    super(subject, body, headers);
    this.sequence = sequence;
    this.time = new Date(time);
  }
}
