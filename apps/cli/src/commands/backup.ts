import { resolve } from 'node:path';
import { backup } from '@waggle/bus';
import { copyMeshFiles } from '../backup/mesh-files.js';
import { namedBroker } from '../backup/keeper-access.js';
import type { Context } from '../context.js';
import { manifest as keeper } from '../keeper.manifest.js';
import { Keys } from '../mesh/keys.js';
import { readState } from '../mesh/state.js';
import { makeWritable } from '../mesh/writable-folder.js';
import { bytes, count, duration } from '../output/format.js';
import { runningMesh } from '../session/running-mesh.js';
import type { Registrar } from './command.js';

const accessOf = async (context: Context): Promise<{ servers: string; seed?: string; trusted: boolean; ofFolder: boolean }> => {
  const { folder, env } = context;
  const named = (await readState(folder)) === undefined ? await namedBroker(env) : undefined;
  if (named !== undefined) return { ...named, ofFolder: false };
  const { url, trusted, external } = await runningMesh(context);
  const servers = (external && env['WAGGLE_BROKER_URL']) || url;
  return { servers, trusted, seed: trusted ? undefined : await new Keys(folder.keys).seed(keeper.name), ofFolder: true };
};

export const registerBackup = ({ program, run }: Registrar): void => {
  program
    .command('backup')
    .summary('write the whole state of a running mesh to a folder')
    .description(
      'Writes all streams, queues and buckets as they are at one point, and the keys, to a new folder. While it is written nothing new is handed out; what is at work goes on. The folder holds secrets.',
    )
    .argument('<dir>', 'an empty or new folder')
    .action(
      run(async (context, given: string) => {
        const { folder, output } = context;
        const dir = resolve(given);
        const { ofFolder, ...access } = await accessOf(context);
        await makeWritable(dir, { mode: 0o700 });
        const began = performance.now();
        const { streams } = await backup({
          ...access,
          dir,
          onStream: (name, messages) => output.note(`${name}: ${count(messages, 'message')}`),
        });
        if (ofFolder) await copyMeshFiles(folder, dir);
        const messages = streams.reduce((sum, { state }) => sum + state.messages, 0);
        const size = streams.reduce((sum, { state }) => sum + state.bytes, 0);
        const took = performance.now() - began;
        output.result(
          { dir, streams: streams.length, messages, bytes: size, keys: ofFolder, milliseconds: Math.round(took) },
          () =>
            `${count(messages, 'message')} in ${count(streams.length, 'stream')} (${bytes(size)}) written to ${dir} in ${duration(took)}`,
        );
      }),
    );
};
