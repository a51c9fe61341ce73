import { resolve } from 'node:path';
import { withLockFile } from '@waggle/broker';
import { readBackup, restore, type BackupManifest } from '@waggle/bus';
import { WaggleError } from '@waggle/protocol';
import { namedBroker } from '../backup/keeper-access.js';
import { refuseUsed, restoreMeshFiles } from '../backup/mesh-files.js';
import type { Context } from '../context.js';
import { manifest as keeper } from '../keeper.manifest.js';
import { discoverServices } from '../mesh/discover.js';
import { makeFolder } from '../mesh/folder.js';
import { ownBroker } from '../mesh/mesh-broker.js';
import { Roster } from '../mesh/roster.js';
import { readState } from '../mesh/state.js';
import { storageFor } from '../mesh/storage.js';
import { refuseUnfinished, whileRestoring } from '../mesh/unfinished-restore.js';
import { count } from '../output/format.js';
import type { Registrar } from './command.js';

type Told = (name: string, messages: number) => void;

/** Into a folder in which no mesh has been, with a broker that runs for as long as it takes. */
const intoFolder = async (dir: string, { root, folder, output, interrupted }: Context, onStream: Told): Promise<BackupManifest> => {
  await readBackup(dir);
  await makeFolder(folder);
  return withLockFile(folder.lock, { wait: 0, code: 'ALREADY_RUNNING' }, async () => {
    if (await readState(folder)) throw new WaggleError('ALREADY_RUNNING', `a mesh runs on ${folder.path}`);
    await refuseUnfinished(folder);
    await refuseUsed(folder);
    return whileRestoring(folder, dir, async () => {
      await restoreMeshFiles(dir, folder);
      const roster = await Roster.of(await discoverServices(root), folder);
      const broker = await ownBroker({
        root,
        folder,
        config: await roster.config(),
        storage: await storageFor(folder.data),
        events: { onProgress: (text) => output.note(text), onBrokerDown: (why) => output.warn(why) },
        signal: interrupted,
      });
      try {
        return await restore({ servers: broker.url, seed: await roster.keys.seed(keeper.name), dir, onStream });
      } finally {
        await broker.stop();
      }
    });
  });
};

export const registerRestore = ({ program, run }: Registrar): void => {
  program
    .command('restore')
    .summary('put a backup into a new mesh folder or broker')
    .description(
      'Restores what `waggle backup` wrote into a folder in which no mesh has been; `waggle up` goes on with it. With NATS_URL and NATS_NKEY_SEED_FILE (the key of the keeper) into that broker, which must be new; `waggle provision` then makes the rest.',
    )
    .argument('<dir>', 'the folder of the backup')
    .action(
      run(async (context, given: string) => {
        const { output, env, folder } = context;
        const dir = resolve(given);
        const onStream: Told = (name, messages) => output.note(`${name}: ${count(messages, 'message')}`);
        const named = await namedBroker(env);
        const { streams, createdAt } = await (named === undefined
          ? intoFolder(dir, context, onStream)
          : restore({ ...named, dir, onStream }));
        const next = named === undefined ? `waggle up --data ${folder.path}` : 'waggle provision';
        output.result(
          { restored: true, createdAt, streams: streams.length, next },
          () => `${count(streams.length, 'stream')} of ${createdAt} restored; \`${next}\` goes on`,
        );
      }),
    );
};
