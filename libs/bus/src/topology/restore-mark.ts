import type { NatsConnection } from '@nats-io/nats-core';
import { RESTORE_MARK, WaggleError } from '@waggle/protocol';
import { readStream } from './ensure.js';
import { JetStreamRefusal, JS_ERROR, jetStreamRequest } from './jetstream-api.js';
import type { StreamSettings } from './stream-table.js';

/** `RESTORE_UNFINISHED` where a restore into this broker was begun and has not ended. */
export const refuseUnfinished = async (connection: NatsConnection): Promise<void> => {
  const mark: (StreamSettings & { metadata?: { backup?: string } }) | undefined = await readStream(connection, RESTORE_MARK);
  if (mark === undefined) return;
  throw new WaggleError('RESTORE_UNFINISHED', `the restore of ${mark.metadata?.backup ?? 'a backup'} into this broker did not end`, {
    path: RESTORE_MARK,
    remedy:
      'Let it end if it still runs; else stop the broker, remove all that is in its store (`store_dir`), start it and run `waggle restore` again.',
  });
};

const removeMark = async (connection: NatsConnection): Promise<void> => {
  try {
    await jetStreamRequest(connection, `STREAM.DELETE.${RESTORE_MARK}`);
  } catch (error) {
    if (!(error instanceof JetStreamRefusal && error.code === JS_ERROR.streamNotFound)) throw error;
  }
};

/**
 * Does `work` while a mark stands in the broker, which stays where the work fails or its process dies. No mark may stand
 * yet. `BUS_REFUSED` before anything is done where the key could not take it away again.
 */
export const whileMarked = async <T>(connection: NatsConnection, backup: string, work: () => Promise<T>): Promise<T> => {
  // rights written by an older version lack this one: better known now than at the end of a long restore
  await removeMark(connection);
  await jetStreamRequest(connection, `STREAM.CREATE.${RESTORE_MARK}`, {
    name: RESTORE_MARK,
    storage: 'file',
    max_msgs: 1,
    max_bytes: 1024,
    metadata: { backup },
  });
  const done = await work();
  await removeMark(connection);
  return done;
};
