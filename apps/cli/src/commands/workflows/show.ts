import { plain } from '../../output/table.js';
import { withSession } from '../../session/session.js';
import { definitionOf, findWorkflow } from '../../workflows/stored-workflows.js';
import type { Registrar } from '../command.js';

export const registerShow = ({ program, run }: Registrar): void => {
  program
    .command('show')
    .description('Prints a stored workflow as it was written; with --json also as it is understood.')
    .argument('<name[@version]>', 'the newest version that fits')
    .action(
      run((context, reference: string) =>
        withSession(context, async ({ bus }) => {
          const stored = await findWorkflow(bus, reference);
          const { name, version, text } = stored;
          const definition = context.output.json ? definitionOf(stored) : undefined;
          context.output.result({ name, version, text, definition }, () => text.split('\n').map(plain).join('\n').trimEnd());
        }),
      ),
    );
};
