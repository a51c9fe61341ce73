import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import type { Bus, Delivery } from '../port.js';
import { JETSTREAM, type FromQueueOptions } from './from-queue.js';
import { QueueWorker } from './queue-worker.js';

export interface JetStreamServerOptions {
  bus: Bus;
  /** Milliseconds that messages at work may take at `close` before they go back to their queue; default 10 s. */
  drain?: number;
  log?: (message: string, fields: Record<string, unknown>) => void;
}

/**
 * Durable consumers as a Nest transport: `connectMicroservice({ strategy: new JetStreamServer({ bus }) })`, handlers
 * by `@FromQueue`. The bus belongs to the caller and stays open. Listening rejects with `NOT_PROVISIONED` where a queue is not there.
 */
export class JetStreamServer extends Server implements CustomTransportStrategy {
  override readonly transportId = JETSTREAM;
  override readonly propagatesEventHandlerErrors = true;
  private readonly workers: QueueWorker[] = [];

  constructor(private readonly options: JetStreamServerOptions) {
    super();
  }

  override async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      for (const handler of this.messageHandlers.values()) await this.open(handler);
      for (const worker of this.workers) worker.start();
      callback();
    } catch (error) {
      callback(error);
    }
  }

  override async close(): Promise<void> {
    await Promise.all(this.workers.splice(0).map((worker) => worker.stop(this.options.drain ?? 10_000)));
  }

  /** The transport has no events of its own: `bus.onHealth` tells of the connection. */
  override on(): never {
    throw new Error('JetStreamServer emits no events: use bus.onHealth');
  }

  override unwrap<T>(): T {
    return this.options.bus as T;
  }

  private async open(handler: MessageHandler): Promise<void> {
    const { stream, consumer, slots = 16 } = (handler.extras as { queue: FromQueueOptions }).queue;
    const queue = await this.options.bus.queue(stream, consumer);
    const log =
      this.options.log ??
      ((message, fields) => {
        this.logger.warn(`${message} ${JSON.stringify(fields)}`);
      });
    const handle = async (body: unknown, delivery: Delivery): Promise<void> => {
      const result = this.transformToObservable(await (handler as (data: unknown, context: unknown) => Promise<unknown>)(body, delivery));
      await lastValueFrom(result, { defaultValue: undefined });
    };
    this.workers.push(new QueueWorker(queue, { slots, handle, log }));
  }
}
