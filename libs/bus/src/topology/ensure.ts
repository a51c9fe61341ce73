import type { NatsConnection } from '@nats-io/nats-core';
import { WaggleError } from '@waggle/protocol';
import type { ConsumerSettings } from './consumer-table.js';
import { JetStreamRefusal, JS_ERROR, jetStreamRequest } from './jetstream-api.js';
import { stands } from './stands.js';
import type { StreamSettings } from './stream-table.js';

/** Another provisioner may be at work at the same time: what it has just made is looked at again, so often at most. */
const ROUNDS = 10;

/** What was found and done. */
export type Ensured = 'stood' | 'made' | 'changed';

interface Target<T> {
  label: string;
  read: () => Promise<T | undefined>;
  create: () => Promise<unknown>;
  change: (actual: T) => Promise<unknown>;
  wanted: Partial<T>;
}

const ensure = async <T>({ label, read, create, change, wanted }: Target<T>): Promise<Ensured> => {
  for (let round = 0; round < ROUNDS; round++) {
    const actual = await read();
    if (actual !== undefined && stands(wanted, actual)) return 'stood';
    try {
      await (actual === undefined ? create() : change(actual));
      return actual === undefined ? 'made' : 'changed';
    } catch (error) {
      if (!(error instanceof JetStreamRefusal)) throw error;
      if (RACES.has(error.code)) continue;
      throw coded(error, label, actual !== undefined);
    }
  }
  throw new WaggleError('STREAM_CONFLICT', `${label}: two provisioners ask for different settings`);
};

const RACES = new Set<number>([
  JS_ERROR.streamExists,
  JS_ERROR.consumerExists,
  JS_ERROR.durableExists,
  JS_ERROR.streamNotFound,
  JS_ERROR.consumerNotFound,
]);
const NO_ROOM = new Set<number>([JS_ERROR.noStorage, JS_ERROR.noMemory]);

const coded = (error: JetStreamRefusal, label: string, existed: boolean): WaggleError => {
  const cause = { cause: error };
  if (NO_ROOM.has(error.code)) {
    return new WaggleError(
      'STORAGE_FULL',
      `${label}: the broker's max_file_store is smaller than what all streams may hold (${error.message})`,
      cause,
    );
  }
  if (existed) return new WaggleError('STREAM_CONFLICT', `${label}: ${error.message}`, cause);
  return new WaggleError('BUS_REFUSED', `${label}: ${error.message}`, cause);
};

const orMissing = async <T>(code: number, read: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await read();
  } catch (error) {
    if (error instanceof JetStreamRefusal && error.code === code) return undefined;
    throw error;
  }
};

/** The settings of a stream, or undefined where it is not there. */
export const readStream = (connection: NatsConnection, name: string): Promise<StreamSettings | undefined> =>
  orMissing(
    JS_ERROR.streamNotFound,
    async () => (await jetStreamRequest<{ config: StreamSettings }>(connection, `STREAM.INFO.${name}`)).config,
  );

/**
 * Makes a stream, or changes it where it differs; settings not named stay as they are. Throws `STREAM_CONFLICT`
 * naming the stream, `STORAGE_FULL`.
 */
export const ensureStream = (
  connection: NatsConnection,
  { persist_mode, ...wanted }: Partial<StreamSettings> & { name: string },
): Promise<Ensured> =>
  ensure<StreamSettings>({
    label: `stream ${wanted.name}`,
    wanted,
    read: () => readStream(connection, wanted.name),
    create: () => jetStreamRequest(connection, `STREAM.CREATE.${wanted.name}`, { ...wanted, persist_mode }),
    change: (actual) => jetStreamRequest(connection, `STREAM.UPDATE.${wanted.name}`, { ...actual, ...wanted }),
  });

/** As above, of a durable consumer. It is changed in place, never deleted: its place in the stream is what must not be lost. */
export const ensureConsumer = (connection: NatsConnection, { stream, ...wanted }: ConsumerSettings): Promise<Ensured> => {
  type Config = Omit<ConsumerSettings, 'stream'>;
  const name = wanted.durable_name;
  const request = `CONSUMER.CREATE.${stream}.${name}${wanted.filter_subject === undefined ? '' : `.${wanted.filter_subject}`}`;
  const write = (action: 'create' | 'update', config: object): Promise<unknown> =>
    jetStreamRequest(connection, request, { stream_name: stream, action, config: { ...config, name } });
  return ensure<Config>({
    label: `consumer ${name} of ${stream}`,
    wanted,
    read: () =>
      orMissing(
        JS_ERROR.consumerNotFound,
        async () => (await jetStreamRequest<{ config: Config }>(connection, `CONSUMER.INFO.${stream}.${name}`)).config,
      ),
    create: () => write('create', wanted),
    change: (actual) => write('update', { ...actual, ...wanted }),
  });
};
