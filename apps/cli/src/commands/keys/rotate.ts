import { manifest as cli } from '../../cli.manifest.js';
import { deploymentFolder } from '../../deployment/deployment-files.js';
import { wholeNumber } from '../../input/option-values.js';
import { manifest as keeper } from '../../keeper.manifest.js';
import { readState } from '../../mesh/state.js';
import { manifest as provisioner } from '../../provisioner.manifest.js';
import { changing } from '../../session/apply-allowed.js';
import type { Registrar } from '../command.js';
import { keyringOf, type RotationOptions } from './rotation.js';

/** Their keys are read anew at each use. */
const READ_AT_USE = [cli.name, provisioner.name, keeper.name];

export const registerRotate = ({ program, run }: Registrar): void => {
  program
    .command('rotate')
    .description(
      'Gives a name a new key with nobody ever shut out: the broker takes the new key beside the old one, services of the mesh move to it one process after another, then the old key is revoked. A program that is not a service of the mesh has to be started again by you: until `waggle keys finish NAME` both keys sign in.',
    )
    .argument('<name>', 'the name it signs in with')
    .option('--dir <dir>', 'of a deployment, as `waggle keys --dir` wrote it: changes its files, and you reload and restart')
    .option('--owner <uid>', 'with --dir: the user that the services run as', wholeNumber(0, 2 ** 31))
    .action(
      run(async (context, name: string, options: RotationOptions) => {
        const { output } = context;
        // both are options of `keys` as well, and are found there
        const { dir, owner } = { ...program.opts<RotationOptions>(), ...options };
        const folder = dir === undefined ? context.folder : deploymentFolder(dir);
        const finished = await changing({ folder }, async () => {
          const { roster, apply } = await keyringOf(name, { dir, owner }, context);
          const { keys } = roster;
          await keys.addNext(name);
          const taken = await apply();
          await keys.promote(name);
          await apply();
          const mesh = await readState(folder);
          const moved = READ_AT_USE.includes(name) || (mesh?.services.some((service) => service.name === name) ?? true);
          if (dir !== undefined || !moved || (mesh !== undefined && !taken)) return false;
          await keys.dropFormer(name);
          await apply();
          return true;
        });
        output.result({ name, rotated: true, formerRevoked: finished }, () =>
          finished
            ? `${name} has a new key; the former one may no longer sign in`
            : `${name} has a new key beside the former one. When all that sign in as ${name} were started again: waggle keys finish ${name}${dir === undefined ? '' : ` --dir ${dir}`}`,
        );
      }),
    );
};
