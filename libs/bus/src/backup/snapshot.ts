import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createInbox, type NatsConnection } from '@nats-io/nats-core';
import { WaggleError } from '@waggle/protocol';
import { JetStreamRefusal, jetStreamRequest } from '../topology/jetstream-api.js';

const CHUNK = 128 * 1024;
/** Without a chunk for so long it is given up. */
const SILENCE = 20_000;
const REQUEST = 10_000;

/** A stream as the broker describes it beside its messages. */
export interface StreamImage {
  config: Record<string, unknown> & { name: string };
  state: { messages: number; bytes: number; first_seq: number; last_seq: number; consumer_count: number };
}

export interface SnapshotFile extends StreamImage {
  /** Of the file. */
  sha256: string;
}

/** Writes a stream, its messages and its consumers with their places, to a file: as they all were at one instant. */
export const snapshotStream = async (
  { connection, inboxPrefix }: { connection: NatsConnection; inboxPrefix: string },
  stream: string,
  file: string,
): Promise<SnapshotFile> => {
  const deliver = createInbox(inboxPrefix);
  const chunks = connection.subscribe(deliver, { timeout: SILENCE });
  const handle = await open(file, 'wx', 0o600);
  const hash = createHash('sha256');
  try {
    const { config, state } = await jetStreamRequest<StreamImage>(connection, `STREAM.SNAPSHOT.${stream}`, {
      deliver_subject: deliver,
      no_consumers: false,
      chunk_size: CHUNK,
    });
    for await (const chunk of chunks) {
      if (chunk.data.length === 0) {
        const status = chunk.headers?.code ?? 204;
        if (status >= 300)
          throw new WaggleError('BUS_TIMEOUT', `the broker gave up the snapshot of ${stream}: ${chunk.headers?.description}`);
        await handle.sync();
        return { config, state, sha256: hash.digest('hex') };
      }
      hash.update(chunk.data);
      await handle.write(chunk.data);
      // the broker sends on as we keep up
      if (chunk.reply) chunk.respond();
    }
    throw new WaggleError('BUS_UNREACHABLE', `the connection ended within the snapshot of ${stream}`);
  } finally {
    chunks.unsubscribe();
    await handle.close();
  }
};

interface CreateAnswer {
  error?: { err_code?: number; code: number; description: string };
}

const sendChunk = async (connection: NatsConnection, to: string, chunk: Uint8Array): Promise<void> => {
  const answer = await connection.request(to, chunk, { timeout: REQUEST });
  if (answer.data.length === 0) return;
  const { error } = answer.json<CreateAnswer>();
  if (error !== undefined) throw new JetStreamRefusal(error.err_code ?? error.code, error.description);
};

/** Makes a stream out of a snapshot, its consumers with it. The stream must not be there. */
export const restoreStream = async (connection: NatsConnection, { config, state }: StreamImage, file: string): Promise<void> => {
  const { deliver_subject: to } = await jetStreamRequest<{ deliver_subject: string }>(connection, `STREAM.RESTORE.${config.name}`, {
    config,
    state,
  });
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(CHUNK);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK);
      await sendChunk(connection, to, buffer.subarray(0, bytesRead));
      if (bytesRead === 0) return;
    }
  } finally {
    await handle.close();
  }
};
