import { WaggleError } from '@waggle/protocol';
import { deploymentRoster, writeDeployment } from '../../deployment/deployment-files.js';
import { wholeNumber } from '../../input/option-values.js';
import { makeWritable } from '../../mesh/writable-folder.js';
import { count } from '../../output/format.js';
import type { Registrar } from '../command.js';
import { registerFinish } from './finish.js';
import { registerRotate } from './rotate.js';

interface KeysOptions {
  dir?: string;
  owner?: number;
  brokers?: string;
  sync?: string;
}

export const registerKeys = ({ program, run }: Registrar): void => {
  const keys = program
    .command('keys')
    .summary('keys of a deployment; rotate a key')
    .description(
      'Writes DIR/<name>/seed for each service and DIR/broker/nats.conf with all accounts, for containers that are given one folder each. Keys that are there stay, and so does what was said of the brokers.',
    )
    .option('--dir <dir>', 'where to')
    .option('--owner <uid>', 'the user that the services run as', wholeNumber(0, 2 ** 31))
    .option('--brokers <names>', 'of a cluster, with commas: each is told its own by WAGGLE_BROKER, and listens there for the others')
    .option('--sync <interval>', '`always`, or how often the broker writes to disk (2m)')
    .action(
      run(async ({ root, output }, { dir, owner, brokers, sync }: KeysOptions) => {
        if (dir === undefined) throw new WaggleError('BAD_USAGE', 'say where to with --dir', { path: '--dir' });
        await makeWritable(dir, { mode: 0o700 });
        const roster = await deploymentRoster(root, dir);
        const names = await writeDeployment(roster, dir, { owner, sync, brokers: brokers?.split(',') });
        output.result({ dir, names }, () => `${count(names.length, 'key')} and the broker's configuration are in ${dir}`);
      }),
    );
  registerRotate({ program: keys, run });
  registerFinish({ program: keys, run });
};
