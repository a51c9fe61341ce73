import { context } from '@opentelemetry/api';
import { codeOf, WaggleError } from '@waggle/protocol';
import type { Delivery, Queue } from '../port.js';
import { extractTrace } from '../trace.js';

/** How long a pull waits: it is never called off, so that none still stands when work is handed back (docs/adr/0007). */
const STANDING = 2_000;
const AFTER_FAILURE = 250;
const FIRST_DELAY = 100;
const MAX_DELAY = 30_000;

export interface QueueWorkerOptions {
  slots: number;
  handle: (body: unknown, delivery: Delivery) => Promise<void>;
  log: (message: string, fields: Record<string, unknown>) => void;
}

/** Takes as many messages as there are free slots, and settles each by what becomes of it. */
export class QueueWorker {
  private readonly stopping = new AbortController();
  private readonly atWork = new Map<Delivery, Promise<void>>();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly queue: Queue,
    private readonly options: QueueWorkerOptions,
  ) {}

  start(): void {
    this.loop = this.run();
  }

  /** Takes nothing more and waits for what is at work; what is not done in time goes back to the queue. */
  async stop(patience: number): Promise<void> {
    this.stopping.abort();
    await this.loop;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => (timer = setTimeout(resolve, patience)));
    await Promise.race([Promise.all(this.atWork.values()), tooLate]);
    clearTimeout(timer);
    for (const delivery of this.atWork.keys()) {
      // another may have it from now on: what becomes of it here no longer counts
      this.atWork.delete(delivery);
      delivery.nak();
    }
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const free = this.options.slots - this.atWork.size;
      if (free < 1) {
        await Promise.race(this.atWork.values());
        continue;
      }
      try {
        for (const delivery of await this.queue.take(free, { wait: STANDING })) {
          if (signal.aborted) delivery.nak();
          else this.begin(delivery);
        }
      } catch (error) {
        this.options.log('a queue cannot be taken from', { consumer: this.queue.consumer, error: String(error) });
        await new Promise((resolve) => setTimeout(resolve, AFTER_FAILURE));
      }
    }
  }

  private begin(delivery: Delivery): void {
    const work = this.work(delivery).finally(() => this.atWork.delete(delivery));
    this.atWork.set(delivery, work);
  }

  private async work(delivery: Delivery): Promise<void> {
    const renewal = setInterval(() => delivery.working(), this.queue.ackWait / 2);
    try {
      const body = parse(delivery);
      await context.with(extractTrace(delivery), () => this.options.handle(body, delivery));
      if (this.atWork.has(delivery)) delivery.ack();
    } catch (error) {
      if (this.atWork.has(delivery)) this.failed(delivery, error);
    } finally {
      clearInterval(renewal);
    }
  }

  private failed(delivery: Delivery, error: unknown): void {
    const code = codeOf(error);
    const final = (error as { retryable?: unknown }).retryable === false && code !== undefined;
    const message = error instanceof Error ? error.message : String(error);
    this.options.log(final ? 'a message was given up' : 'a message failed and comes again', {
      subject: delivery.subject,
      deliveries: delivery.deliveries,
      code,
      error: message,
    });
    if (final) delivery.term(`${code}: ${message}`);
    else delivery.nak(Math.min(MAX_DELAY, FIRST_DELAY * 2 ** Math.min(delivery.deliveries - 1, 20)));
  }
}

const parse = (delivery: Delivery): unknown => {
  try {
    return delivery.json<unknown>();
  } catch (cause) {
    throw new WaggleError('BAD_JSON', `the message on ${delivery.subject} is not JSON`, { cause });
  }
};
