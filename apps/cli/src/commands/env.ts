import { requireName } from '../input/require-name.js';
import { DEFAULT_CLIENT } from '../mesh/roster.js';
import { exportLines } from '../session/client-environment.js';
import { environmentOf, runningMesh } from '../session/running-mesh.js';
import type { Registrar } from './command.js';

export const registerEnv = ({ program, run }: Registrar): void => {
  program
    .command('env')
    .summary('lines that let a plain client sign in')
    .description('Prints what a program needs to sign in, for a shell: eval "$(waggle env)". Names a file, never a key.')
    .argument('[name]', 'who signs in: the plain client, or one that was let in', DEFAULT_CLIENT)
    .action(
      run(async (context, name: string) => {
        requireName(name, 'name');
        const environment = await environmentOf(name, await runningMesh(context), context);
        context.output.result(environment, () => exportLines(environment));
      }),
    );
};
