import { Argument } from 'commander';
import { EXIT } from '../exit-codes.js';
import { describeFlow } from '../session/questions.js';
import { withSession } from '../session/session.js';
import type { Registrar } from './command.js';

export const registerSignal = ({ program, run }: Registrar): void => {
  program
    .command('signal')
    .summary('cancel a flow')
    .description('Tells a flow, of whatever owner, to cancel. Resolves once the signal is stored; `waggle watch ID` shows the end.')
    .argument('<id>', 'flow id')
    .addArgument(new Argument('<signal>', 'what to tell it').choices(['cancel']))
    .option('--reason <text>', 'why, kept with the flow')
    .action(
      run(async (context, ...[flowId, name, { reason }]: [id: string, signal: 'cancel', options: { reason?: string }]) =>
        withSession(context, async (session) => {
          const { outcome } = await describeFlow(session, flowId);
          if (outcome !== undefined) {
            context.output.result(
              { flowId, signal: name, sent: false, state: outcome.state },
              () => `${flowId} has ended already: ${outcome.state}`,
            );
            return EXIT.done;
          }
          const { id } = await session.client.signal(flowId, name, { reason });
          context.output.result({ flowId, signal: name, sent: true, id }, () => `${name} sent to ${flowId}`);
          return EXIT.done;
        }),
      ),
    );
};
