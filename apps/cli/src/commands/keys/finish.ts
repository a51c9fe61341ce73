import { WaggleError } from '@waggle/protocol';
import { deploymentFolder } from '../../deployment/deployment-files.js';
import { wholeNumber } from '../../input/option-values.js';
import { changing } from '../../session/apply-allowed.js';
import type { Registrar } from '../command.js';
import { keyringOf, type RotationOptions } from './rotation.js';

export const registerFinish = ({ program, run }: Registrar): void => {
  program
    .command('finish')
    .description('Ends a rotation: the former key may no longer sign in, and connections that use it are closed.')
    .argument('<name>', 'the name it signs in with')
    .option('--dir <dir>', 'of a deployment, as `waggle keys --dir` wrote it')
    .option('--owner <uid>', 'with --dir: the user that the services run as', wholeNumber(0, 2 ** 31))
    .action(
      run(async (context, name: string, options: RotationOptions) => {
        // both are options of `keys` as well, and are found there
        const { dir, owner } = { ...program.opts<RotationOptions>(), ...options };
        const folder = dir === undefined ? context.folder : deploymentFolder(dir);
        await changing({ folder }, async () => {
          const { roster, apply } = await keyringOf(name, { dir, owner }, context);
          if (!(await roster.keys.isRotated(name)))
            throw new WaggleError('BAD_USAGE', `the key of ${name} is not being rotated`, {
              path: 'name',
              remedy: `Nothing is left to finish; \`waggle keys rotate ${name}\` gives it a new key.`,
            });
          // where a rotation was interrupted, the new key is not in use yet
          await roster.keys.promote(name);
          await apply();
          await roster.keys.dropFormer(name);
          await apply();
        });
        context.output.result({ name, formerRevoked: true }, () => `the former key of ${name} may no longer sign in`);
      }),
    );
};
