import { WaggleClient } from '@waggle/client';
import { durationOption } from '../input/option-values.js';
import { describeFlow } from '../session/questions.js';
import { withSession } from '../session/session.js';
import { watchToEnd } from '../session/watch-flow.js';
import type { Registrar } from './command.js';

export const registerWatch = ({ program, run }: Registrar): void => {
  program
    .command('watch')
    .summary('watch a flow to its end')
    .description('Shows a flow until it ends. Ctrl-C ends the watching, not the flow.')
    .argument('<id>', 'flow id')
    .option('--timeout <duration>', 'how long to watch; the flow goes on', durationOption)
    .option('-o, --out <dir>', 'folder for what the flow made (its artifacts: an audit, its report)')
    .action(
      run(async (context, flowId: string, { timeout, out }: { timeout?: number; out?: string }) =>
        withSession(context, async (session) => {
          const { output, interrupted: signal } = context;
          const { owner } = await describeFlow(session, flowId);
          const client = new WaggleClient(session.bus, { tenant: session.tenant, owner });
          try {
            return await watchToEnd(flowId, { client, session, output, signal, timeout, out });
          } finally {
            await client.close();
          }
        }),
      ),
    );
};
