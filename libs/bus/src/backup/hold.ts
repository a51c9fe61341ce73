import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/nats-core';
import { WaggleError } from '@waggle/protocol';
import { jetStreamRequest } from '../topology/jetstream-api.js';

/** The broker lets deliveries go on by itself after this, should we die. */
const HOLD = 30_000;
const RENEW = 10_000;
const LOOK = 100;
/** Looks in a row at which nothing moved, before it counts as still. */
const STILL = 5;

interface Page {
  total: number;
  limit: number;
}

/** All names of a paged list of the API. */
const namesOf = async (connection: NatsConnection, request: string, field: 'streams' | 'consumers'): Promise<string[]> => {
  const names: string[] = [];
  for (;;) {
    const page = await jetStreamRequest<Page & Partial<Record<typeof field, string[]>>>(connection, request, { offset: names.length });
    names.push(...(page[field] ?? []));
    if (names.length >= page.total || (page[field] ?? []).length === 0) return names;
  }
};

export const streamNames = (connection: NatsConnection): Promise<string[]> => namesOf(connection, 'STREAM.NAMES', 'streams');

const pauseAll = async (connection: NatsConnection, until: Date): Promise<void> => {
  for (const stream of await streamNames(connection)) {
    for (const consumer of await namesOf(connection, `CONSUMER.NAMES.${stream}`, 'consumers'))
      await jetStreamRequest(connection, `CONSUMER.PAUSE.${stream}.${consumer}`, { pause_until: until.toISOString() });
  }
};

/** Lets every consumer deliver again. */
export const letGo = (connection: NatsConnection): Promise<void> => pauseAll(connection, new Date(0));

/**
 * Keeps the broker from delivering anything that is taken by durable consumers, for as long as `work` takes: what is
 * at work goes on and its results are stored, nothing new begins. The hold is the broker's own and ends by itself
 * when this process dies.
 */
export const whileHeld = async <T>(connection: NatsConnection, work: () => Promise<T>): Promise<T> => {
  const hold = (): Promise<void> => pauseAll(connection, new Date(Date.now() + HOLD));
  await hold();
  let renewing: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    renewing = hold().catch(() => undefined);
  }, RENEW);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await renewing;
    await letGo(connection);
  }
};

export const lastSequence = async (connection: NatsConnection, stream: string): Promise<number> =>
  (await jetStreamRequest<{ state: { last_seq: number } }>(connection, `STREAM.INFO.${stream}`)).state.last_seq;

/** Resolves once none of the streams grows any more. `BUS_TIMEOUT` after `patience` milliseconds. */
export const untilStill = async (connection: NatsConnection, streams: readonly string[], patience: number): Promise<void> => {
  const look = async (): Promise<string> => (await Promise.all(streams.map((stream) => lastSequence(connection, stream)))).join(' ');
  let before = await look();
  for (let still = 0, until = Date.now() + patience; still < STILL;) {
    if (Date.now() > until) throw new WaggleError('BUS_TIMEOUT', `${streams.join(', ')} did not come to rest within ${patience} ms`);
    await sleep(LOOK);
    const now = await look();
    still = now === before ? still + 1 : 0;
    before = now;
  }
};
