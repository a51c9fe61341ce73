import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifest as cli } from '../cli.manifest.js';
import { wholeNumber } from '../input/option-values.js';
import { discoverServices } from '../mesh/discover.js';
import { meshFolder } from '../mesh/folder.js';
import { Roster } from '../mesh/roster.js';
import { count } from '../output/format.js';
import { manifest as provisioner } from '../provisioner.manifest.js';
import type { Registrar } from './command.js';

interface KeysOptions {
  dir: string;
  owner?: number;
}

/** The broker's configuration in a container of its own: it listens to the other containers, and its store is a volume. */
const brokerText = (accounts: string): string =>
  ['listen: "0.0.0.0:4222"', 'http: "0.0.0.0:8222"', 'server_name: "waggle"', 'jetstream { store_dir: "/data" }', accounts].join('\n');

const writeSeed = async (file: string, seed: string, owner?: number): Promise<void> => {
  await rm(file, { force: true });
  await writeFile(file, seed, { mode: 0o400 });
  if (owner !== undefined) await chown(file, owner, owner);
};

export const registerKeys = ({ program, run }: Registrar): void => {
  program
    .command('keys')
    .summary('keys and broker configuration for a deployment')
    .description(
      'Writes DIR/<name>/seed for each service and DIR/broker/nats.conf with all accounts, for containers that are given one folder each. Keys that are there stay.',
    )
    .requiredOption('--dir <dir>', 'where to')
    .option('--owner <uid>', 'the user that the services run as', wholeNumber(0, 2 ** 31))
    .action(
      run(async ({ root, output }, { dir, owner }: KeysOptions) => {
        const roster = await Roster.of(await discoverServices(root), meshFolder(join(dir, '.mesh')));
        const config = await roster.config();
        const names = roster.manifests.map(({ name }) => name);
        const place = async (name: string): Promise<string> => {
          const folder = join(dir, name);
          await mkdir(folder, { recursive: true, mode: 0o700 });
          if (owner !== undefined) await chown(folder, owner, owner);
          return folder;
        };
        for (const name of names) await writeSeed(join(await place(name), 'seed'), (await roster.keys.seed(name))!, owner);
        // Storing the workflows is the command line's right, not the provisioner's.
        await writeSeed(join(dir, provisioner.name, `${cli.name}.seed`), (await roster.keys.seed(cli.name))!, owner);
        await mkdir(join(dir, 'broker'), { recursive: true });
        await writeFile(join(dir, 'broker', 'nats.conf'), brokerText(config), { mode: 0o644 });
        output.result({ dir, names }, () => `${count(names.length, 'key')} and the broker's configuration are in ${dir}`);
      }),
    );
};
