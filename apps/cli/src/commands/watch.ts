import type { ManyFilter } from '@waggle/client';
import { WaggleError } from '@waggle/protocol';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { durationOption } from '../input/option-values.js';
import { describeFlow } from '../session/questions.js';
import { withSession } from '../session/session.js';
import { watchToEnd } from '../session/watch-flow.js';
import { watchFlows } from '../session/watch-many.js';
import type { Registrar } from './command.js';

interface WatchOptions {
  timeout?: number;
  out?: string;
  context?: string;
  user?: string;
  owner?: string;
  all?: boolean;
}

/** Several flows at once; undefined: the one of the id. */
const filterOf = (flowId: string | undefined, { context, user, owner, all, out }: WatchOptions): ManyFilter | undefined => {
  const filter: ManyFilter = {
    ...(context !== undefined && { contextId: context }),
    ...(user !== undefined && { userId: user }),
    ...(owner !== undefined && { owner }),
  };
  const many = all === true || Object.keys(filter).length > 0;
  if (many === (flowId !== undefined))
    throw new WaggleError('BAD_USAGE', 'say a flow id, or which flows: --context, --user, --owner or --all', { path: 'id' });
  if (many && out !== undefined) throw new WaggleError('BAD_USAGE', '--out goes with the id of one flow', { path: '--out' });
  return many ? filter : undefined;
};

const watchSeveral = (filter: ManyFilter, { timeout }: WatchOptions, context: Context): Promise<ExitCode> =>
  withSession(context, async (session) => {
    const { interrupted } = context;
    const over = timeout === undefined ? undefined : AbortSignal.timeout(timeout);
    await watchFlows(filter, { session, context, over });
    return interrupted.aborted ? EXIT.interrupted : EXIT.done;
  });

const watchOne = (flowId: string, { timeout, out }: WatchOptions, context: Context): Promise<ExitCode> =>
  withSession(context, async (session) => {
    const { owner } = await describeFlow(session, flowId);
    return watchToEnd(flowId, { context, session, owner, timeout, out });
  });

export const registerWatch = ({ program, run }: Registrar): void => {
  program
    .command('watch')
    .summary('watch a flow to its end, or all of a thread, a user or the mesh')
    .description(
      'Shows a flow until it ends: a bar for each step, and what agents say of its tasks. With --context, --user, --owner or --all it shows those flows, first as they are and then live, until Ctrl-C. Ctrl-C ends the watching, not the flows.',
    )
    .argument('[id]', 'flow id')
    .option('--context <id>', 'all flows of a conversation or thread')
    .option('--user <id>', 'all flows of a user')
    .option('--owner <name>', 'all flows of whoever asked for them')
    .option('--all', 'all flows that are at work')
    .option('--timeout <duration>', 'how long to watch: ends with 4 where the one flow goes on, with 0 of several', durationOption)
    .option('-o, --out <dir>', 'folder for what the flow made (its artifacts: an audit, its report)')
    .action(
      run((context, flowId: string | undefined, options: WatchOptions) => {
        const filter = filterOf(flowId, options);
        return filter === undefined ? watchOne(flowId!, options, context) : watchSeveral(filter, options, context);
      }),
    );
};
