import type { StoreName, StreamName } from '@waggle/protocol';
import type { Backlog, StreamFigures } from '../port.js';
import { isNoResponders, nobodyThere, refused } from './api-error.js';
import { apiErrorOf } from './pub-ack.js';
import type { Wire } from './wire.js';

const TIMEOUT = 5_000;

interface ConsumerInfo {
  num_pending: number;
  num_ack_pending: number;
  config: { ack_wait: number };
}

interface StreamInfo {
  config: { max_bytes: number; persist_mode?: string };
  state: { messages: number; bytes: number; last_seq: number; last_ts: string };
  cluster?: { leader?: string };
  sources?: { name: string; active: number }[];
  ts: string;
}

/** Questions to JetStream about streams and consumers as a whole. */
export class StreamApi {
  constructor(
    private readonly wire: Wire,
    private readonly api: string,
  ) {}

  async purge(stream: StoreName, filter: string, { upTo }: { upTo?: number } = {}): Promise<number> {
    const { purged } = await this.ask<{ purged: number }>(`STREAM.PURGE.${stream}`, {
      filter,
      ...(upTo !== undefined && { seq: upTo + 1 }),
    });
    return purged;
  }

  async figures(stream: StoreName): Promise<StreamFigures> {
    const { config, state, ts, cluster, sources } = await this.ask<StreamInfo>(`STREAM.INFO.${stream}`);
    return {
      messages: state.messages,
      bytes: state.bytes,
      maxBytes: config.max_bytes,
      lastSequence: state.last_seq,
      ...(state.last_seq > 0 && { lastTime: new Date(state.last_ts) }),
      time: new Date(ts),
      ...(config.persist_mode === 'async' && { mayForget: true }),
      ...(cluster?.leader && { leader: cluster.leader }),
      // -1: never
      ...(sources && { sources: Object.fromEntries(sources.map(({ name, active }) => [name, active < 0 ? Infinity : active / 1e6])) }),
    };
  }

  async backlog(stream: StreamName, consumer: string): Promise<Backlog> {
    const { num_pending: waiting, num_ack_pending: atWork } = await this.consumer(stream, consumer);
    return { waiting, atWork };
  }

  /** Milliseconds. */
  async ackWait(stream: StreamName, consumer: string): Promise<number> {
    return (await this.consumer(stream, consumer)).config.ack_wait / 1e6;
  }

  private consumer(stream: StreamName, consumer: string): Promise<ConsumerInfo> {
    return this.ask<ConsumerInfo>(`CONSUMER.INFO.${stream}.${consumer}`);
  }

  private ask<T>(operation: string, body?: Record<string, unknown>): Promise<T> {
    const subject = `${this.api}.${operation}`;
    return this.wire.ask<T>({
      subject,
      body: body ? JSON.stringify(body) : '',
      timeout: TIMEOUT,
      judge: (answer) => {
        if (isNoResponders(answer)) return nobodyThere(subject);
        const error = apiErrorOf(answer.data);
        return error ? refused(error, subject) : answer.json<T>();
      },
    });
  }
}
