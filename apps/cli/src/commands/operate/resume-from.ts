import { wholeNumber } from '../../input/option-values.js';
import { EXIT } from '../../exit-codes.js';
import { resumedFlow } from '../../session/resumed-flow.js';
import { withSession } from '../../session/session.js';
import { watchToEnd } from '../../session/watch-flow.js';
import { InvalidArgumentError } from 'commander';
import type { Registrar } from '../command.js';

const transition = (text: string): number => {
  try {
    return wholeNumber(1, 1_000_000)(text);
  } catch {
    throw new InvalidArgumentError('It must be the number of a transition: `waggle flows ID --history` lists them.');
  }
};

/** Beneath `flows`, which must be there already. */
export const registerResumeFrom = ({ program, run }: Registrar): void => {
  program.commands
    .find((command) => command.name() === 'flows')!
    .command('resume-from')
    .summary('go on from a state of a flow, as a new one')
    .description(
      'A new flow with the same definition and input that keeps what the other had completed, at its end or after so many of its transitions, and does the rest again.',
    )
    .argument('<flow>', 'id of the flow to go on from')
    .argument('[transition]', 'as it was after so many; as it ended when left out', transition)
    .option('--id <id>', 'id of the new flow; asking again under it changes nothing')
    .option('-w, --watch', 'watch it to its end')
    .action(
      run(
        async (
          context,
          ...[flowId, n, { id: as, watch }]: [flow: string, n: number | undefined, options: { id?: string; watch?: boolean }]
        ) =>
          withSession(context, async (session) => {
            const { output } = context;
            const resumed = await resumedFlow(session, { flowId, n, as });
            if (!watch) {
              output.result({ flowId: resumed, resumes: { flowId, n } }, () => resumed);
              return EXIT.done;
            }
            output.event({ submitted: { flowId: resumed } });
            return watchToEnd(resumed, { context, session });
          }),
      ),
    );
};
