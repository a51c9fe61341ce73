import { join } from 'node:path';
import { WaggleError } from '@waggle/protocol';
import { jetStreamRequest } from '../topology/jetstream-api.js';
import { asCore } from '../topology/provisioner-connection.js';
import { refuseUnfinished, whileMarked } from '../topology/restore-mark.js';
import { readBackup, type BackupManifest } from './backup-files.js';
import { KEEPER, type BackupOptions } from './backup.js';
import { letGo, streamNames } from './hold.js';
import { restoreStream } from './snapshot.js';

/** How far above all that were given the fencing tokens go on: more than were given between backup and loss. */
const FENCE_GAP = 1_000_000;

/**
 * Puts a backup into a broker that holds no stream of a mesh. Afterwards `provision` must run: it makes what is not in
 * a backup, and until this one has ended it refuses. Throws as `readBackup`, `STREAM_CONFLICT` where the broker is not
 * new, `RESTORE_UNFINISHED` where another restore did not end.
 */
export const restore = async (options: BackupOptions): Promise<BackupManifest> => {
  const { dir, onStream } = options;
  const manifest = await readBackup(dir);
  return asCore(KEEPER, options, async (connection) => {
    await refuseUnfinished(connection);
    const standing = await streamNames(connection);
    const [conflict] = [...manifest.streams, ...manifest.fenced]
      .map(({ config: { name } }) => name)
      .filter((name) => standing.includes(name));
    if (conflict !== undefined)
      throw new WaggleError('STREAM_CONFLICT', `the broker holds the stream ${conflict} already: a backup goes to a new one`, {
        path: conflict,
      });
    return whileMarked(connection, dir, async () => {
      for (const image of manifest.streams) {
        await restoreStream(connection, image, join(dir, image.file));
        onStream?.(image.config.name, image.state.messages);
      }
      for (const { config, state } of manifest.fenced)
        await jetStreamRequest(connection, `STREAM.CREATE.${config.name}`, { ...config, first_seq: state.last_seq + FENCE_GAP });
      // they were held when the backup was made
      await letGo(connection);
      return manifest;
    });
  });
};
