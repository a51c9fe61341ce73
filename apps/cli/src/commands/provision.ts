import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WaggleError } from '@waggle/protocol';
import { manifest as cli } from '../cli.manifest.js';
import { discoverServices } from '../mesh/discover.js';
import { DEFAULT_TENANT, Roster } from '../mesh/roster.js';
import { makeTopology } from '../mesh/topology.js';
import { checkSync } from '../deployment/broker-settings.js';
import { count } from '../output/format.js';
import { Session } from '../session/session.js';
import { readHouseWorkflows, storeHouseWorkflows } from '../workflows/house-workflows.js';
import type { Registrar } from './command.js';

const read = async (file: string): Promise<string> =>
  (
    await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      throw new WaggleError('CONFIG_INVALID', `${file} cannot be read (${cause.code ?? 'unreadable'})`, { path: file, cause });
    })
  ).trim();

interface ProvisionCommandOptions {
  cliSeed?: string;
  replicas: string;
  sync?: string;
}

export const registerProvision = ({ program, run }: Registrar): void => {
  program
    .command('provision')
    .summary('streams, queues and workflows of a deployment')
    .description(
      'Makes streams, queues and buckets on the broker of NATS_URL, signed in by NATS_NKEY_SEED_FILE as the provisioner, and stores the workflows, signed in as the command line. Idempotent.',
    )
    .option('--replicas <n>', 'brokers that hold each stream: 1, or 3 or 5 of a cluster', '1')
    .option('--sync <interval>', 'what `keys --sync` said of the broker: with `always`, writers commit in groups')
    .option('--cli-seed <file>', "key of the command line; cli.seed beside the provisioner's when left out")
    .action(
      run(async ({ root, folder, env, output }, { cliSeed, replicas, sync }: ProvisionCommandOptions) => {
        checkSync(sync);
        const servers = env['NATS_URL'];
        const seedFile = env['NATS_NKEY_SEED_FILE'];
        if (!servers || !seedFile) throw new WaggleError('CONFIG_INVALID', 'NATS_URL and NATS_NKEY_SEED_FILE must be set');
        const roster = await Roster.of(await discoverServices(root), folder);
        await makeTopology(
          { servers, seed: await read(seedFile), trusted: false },
          { manifests: roster.manifests, replicas: Number(replicas), synced: sync === 'always' },
        );
        const seed = await read(cliSeed ?? join(dirname(seedFile), `${cli.name}.seed`));
        const session = await Session.to({
          servers,
          me: cli.name,
          manifest: cli,
          seed,
          tenant: env['WAGGLE_TENANT'] ?? DEFAULT_TENANT,
          trusted: false,
        });
        try {
          const workflows = await readHouseWorkflows(root);
          await storeHouseWorkflows(session.bus, workflows, (text) => output.warn(text));
          output.result(
            { provisioned: true, workflows: workflows.map(({ definition: { name, version } }) => ({ name, version })) },
            () => `provisioned; ${count(workflows.length, 'workflow')} stored`,
          );
        } finally {
          await session.close();
        }
      }),
    );
};
