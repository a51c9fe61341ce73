import type { StreamSettings } from '@waggle/bus/adapter';
import type { Clock } from './clock.js';
import type { Headers, Kept, ModelStream } from './model-stream.js';
import { subjectTransform } from './transform.js';

type Source = NonNullable<StreamSettings['sources']>[number];

/** The server tries a copy that found no room again after so long. */
const FULL = 2_000;

export interface SourceCopyOptions {
  from: ModelStream;
  source: Source;
  clock: Clock;
  delay: () => number;
  /** False: there was no room. */
  store: (subject: string, body: Uint8Array, headers: Headers) => boolean;
}

/** Copies one source into the stream that sources it: in order, a moment later, under transformed subjects. */
export class SourceCopy {
  private readonly transforms;
  private waiting: Kept[] = [];
  private planned = false;

  constructor(private readonly options: SourceCopyOptions) {
    this.transforms = options.source.subject_transforms.map((transform) => ({ ...transform, apply: subjectTransform(transform) }));
    this.again();
  }

  /** From the source's beginning. */
  again(): void {
    const { from, delay } = this.options;
    this.waiting = from.read('>');
    if (this.waiting.length > 0) this.plan(delay());
  }

  stored(message: Kept): void {
    this.waiting.push(message);
    this.plan(this.options.delay());
  }

  private plan(delay: number): void {
    if (this.planned) return;
    this.planned = true;
    this.options.clock.after(delay, () => {
      this.planned = false;
      this.copy();
    });
  }

  private copy(): void {
    for (let message = this.waiting[0]; message !== undefined; message = this.waiting[0]) {
      if (!this.copied(message)) return this.plan(FULL);
      this.waiting.shift();
    }
  }

  private copied({ subject, sequence, body, headers }: Kept): boolean {
    const { from, store } = this.options;
    if (from.get(sequence) === undefined) return true;
    for (const { apply, src, dest } of this.transforms) {
      const to = apply(subject);
      if (to === undefined) continue;
      const passed = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('Nats-Expected-')));
      return store(to, body, { ...passed, 'Nats-Stream-Source': `${from.name} ${sequence} ${src} ${dest} ${subject}` });
    }
    return true;
  }
}
