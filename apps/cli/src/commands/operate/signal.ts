import { readFile } from 'node:fs/promises';
import { parseModification, showPath, type FlowEvent } from '@waggle/flow';
import { STATES, WaggleError, type SignalName, type State } from '@waggle/protocol';
import { Argument, Option } from 'commander';
import { parse } from 'yaml';
import type { Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../exit-codes.js';
import { durationOption, durationWithDefault } from '../../input/option-values.js';
import { count } from '../../output/format.js';
import { listText } from '../../output/flow-list.js';
import { chosenFlows } from '../../session/chosen-flows.js';
import { flowEvent } from '../../session/flow-event.js';
import { describeFlow } from '../../session/questions.js';
import { withSession, type Session } from '../../session/session.js';
import { resumedFlow } from '../../session/resumed-flow.js';
import type { Registrar } from '../command.js';

/** States from which a flow that has ended may go on. */
const RETRIED: readonly State[] = ['FAILED', 'CANCELED'];

const NAMES = ['pause', 'resume', 'modify', 'retry', 'cancel', 'notify'] as const;
type Name = (typeof NAMES)[number];

interface SignalOptions {
  reason?: string;
  interrupt?: boolean;
  grace: number;
  change?: string;
  name?: string;
  value?: string;
  wait: number;
  state?: State;
  workflow?: string;
  owner?: string;
  olderThan?: number;
  dryRun?: boolean;
}

/** What became of a signal; `flowId` is another flow where it was retried as a new one. */
interface Told {
  flowId: string;
  signal: SignalName;
  sent: boolean;
  id?: string;
  applied?: boolean;
  state?: string;
  resumed?: string;
  problems?: unknown[];
  /** What the flow says since it has taken it. */
  now?: string;
}

type Verdict = Extract<FlowEvent, { type: 'signalApplied' | 'signalIgnored' | 'signalRefused' }>;

const readChange = async (file: string): Promise<Record<string, unknown>> => {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new WaggleError(
      'BAD_USAGE',
      `${file}: ${cause.code === 'ENOENT' ? 'there is no such file' : (cause.code ?? 'it cannot be read')}`,
      {
        path: '--change',
        cause,
      },
    );
  });
  const wrong = (message: string, cause?: unknown): never => {
    throw new WaggleError('INVALID_DEFINITION', `${file}: ${message}`, { path: '--change', cause });
  };
  const data = ((): unknown => {
    try {
      return parse(text, { maxAliasCount: 100 });
    } catch (cause) {
      return wrong((cause as Error).message.split('\n')[0]!, cause);
    }
  })();
  const parsed = parseModification(data);
  if ('issues' in parsed)
    return wrong(parsed.issues.map(({ path, message }) => [showPath(path), message].filter(Boolean).join(': ')).join('; '));
  return data as Record<string, unknown>;
};

/** JSON, or the text itself. */
const readData = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const noteOf = ({ name, value }: SignalOptions): Record<string, unknown> => {
  if (name === undefined) throw new WaggleError('BAD_USAGE', 'notify needs --name: what the step waits for', { path: '--name' });
  return { name, ...(value !== undefined && { data: readData(value) }) };
};

const dataOf = async (name: Name, options: SignalOptions): Promise<Record<string, unknown> | undefined> => {
  const { interrupt, grace, change } = options;
  if (change !== undefined && name !== 'modify') throw new WaggleError('BAD_USAGE', '--change goes with modify', { path: '--change' });
  if (interrupt && name !== 'pause') throw new WaggleError('BAD_USAGE', '--interrupt goes with pause', { path: '--interrupt' });
  for (const field of ['name', 'value'] as const)
    if (options[field] !== undefined && name !== 'notify')
      throw new WaggleError('BAD_USAGE', `--${field} goes with notify`, { path: `--${field}` });
  if (name === 'notify') return noteOf(options);
  if (name === 'pause') return interrupt ? { running: 'interrupt' } : undefined;
  if (name === 'cancel') return { grace };
  if (name !== 'modify') return undefined;
  if (change === undefined) throw new WaggleError('BAD_USAGE', 'modify needs --change FILE', { path: '--change' });
  return readChange(change);
};

const tell = async (
  session: Session,
  flowId: string,
  { name, data, options }: { name: Name; data?: Record<string, unknown>; options: SignalOptions },
): Promise<Told> => {
  const { outcome } = await describeFlow(session, flowId);
  if (outcome !== undefined) {
    if (name !== 'retry') return { flowId, signal: name, sent: false, state: outcome.state };
    if (outcome.state === 'COMPLETED')
      throw new WaggleError('SIGNAL_REFUSED', `${flowId} has completed: nothing is left to retry`, { path: 'id' });
    return { flowId, signal: name, sent: true, resumed: await resumedFlow(session, { flowId }) };
  }
  const { reason } = options;
  const { id } = await session.client.signal(flowId, name, { ...(reason !== undefined && { reason }), ...(data && { data }) });
  const is = (event: FlowEvent): event is Verdict =>
    (event.type === 'signalApplied' || event.type === 'signalIgnored' || event.type === 'signalRefused') && event.id === id;
  const verdict = await flowEvent(session, flowId, { is, within: options.wait });
  if (verdict?.type === 'signalRefused') {
    const { problems } = verdict;
    throw new WaggleError('SIGNAL_REFUSED', `${flowId}: ${problems.map(({ message }) => message).join('; ')}`, {
      path: problems[0]?.path,
      problems,
    });
  }
  if (verdict?.type === 'signalIgnored')
    throw new WaggleError('SIGNAL_REFUSED', `${flowId}: it was ignored, ${verdict.why}`, { path: 'id' });
  return { flowId, signal: name, sent: true, id, applied: verdict !== undefined };
};

/** How the flow stands now: whether something holds it as a whole. Undefined where nobody says so at once. */
const nowOf = async (session: Session, flowId: string): Promise<string | undefined> => {
  const flow = await describeFlow(session, flowId).catch(() => undefined);
  if (flow?.outcome !== undefined) return `it has ended ${flow.outcome.state}`;
  return flow && (flow.explain.find((line) => /^it (is|has) /.test(line))?.replace(': ', ', ') ?? 'it goes on');
};

const toldText = ({ flowId, signal, sent, state, resumed, applied, now }: Told): string => {
  if (!sent) return `${flowId} has ended already: ${state}`;
  if (resumed !== undefined) return `${flowId} goes on as ${resumed}`;
  return applied
    ? `${signal} sent to ${flowId}${now === undefined ? '' : `: ${now}`}`
    : `${signal} sent to ${flowId}, which has not taken it yet`;
};

/** The flows that the filters choose: each is told, one after another; what goes wrong with one holds up none. */
const tellAll = async (
  session: Session,
  context: Context,
  { name, data, options }: { name: Name; data?: Record<string, unknown>; options: SignalOptions },
): Promise<ExitCode> => {
  const { output } = context;
  const { state, workflow, owner, olderThan, dryRun } = options;
  const chosen = await chosenFlows(session, { state, workflow, owner, olderThan }, name === 'retry');
  const flows = name === 'retry' && state === undefined ? chosen.filter((flow) => RETRIED.includes(flow.state)) : chosen;
  if (dryRun) {
    output.result({ signal: name, flows }, () => listText(flows, output));
    return EXIT.done;
  }
  const told: (Told | { flowId: string; error: string })[] = [];
  for (const { flowId } of flows) {
    if (context.interrupted.aborted) break;
    told.push(
      await tell(session, flowId, { name, data, options }).catch((error: Error) => {
        output.warn(error.message);
        return { flowId, error: error.message };
      }),
    );
  }
  const failed = told.filter((each) => 'error' in each).length;
  const summary = `${name}: ${count(told.length - failed, 'flow')}${failed > 0 ? `, ${failed} refused it` : ''}`;
  output.result({ signal: name, told }, () => [...told.flatMap((each) => ('error' in each ? [] : [toldText(each)])), summary].join('\n'));
  return failed > 0 ? EXIT.failed : EXIT.done;
};

export const registerSignal = ({ program, run }: Registrar): void => {
  program
    .command('signal')
    .summary('pause, resume, modify, retry, cancel or notify flows')
    .description(
      "Tells a flow, of whatever owner, what to do; with '*' all flows that the filters choose. pause: nothing begins, results are kept. modify: see --change. retry: what waits to be tried again goes at once; a flow that has failed goes on as a new one that keeps what was completed.",
    )
    .argument('<id>', "flow id, or '*' for all that the filters choose")
    .addArgument(new Argument('<signal>', 'what to tell it').choices(NAMES))
    .option('--reason <text>', 'why, kept with the flow')
    .option('--interrupt', 'pause: stop what runs; it begins again when the flow is resumed')
    .addOption(durationWithDefault('--grace <duration>', 'cancel: how long what runs may take to stop', '5s'))
    .option('--change <file>', 'modify: YAML or JSON with add, replace, remove (steps) and prioritise (by step)')
    .option('--name <name>', 'notify: the signal that a step waits for')
    .option('--value <json>', 'notify: what it brings, as JSON or text')
    .addOption(durationWithDefault('--wait <duration>', 'how long to wait for the flow to take it; it is stored at once', '5s'))
    .addOption(new Option('--state <state>', "of '*': in one state").choices(STATES))
    .option('--workflow <name>', "of '*': of one workflow")
    .option('--owner <name>', "of '*': of one owner")
    .option('--older-than <duration>', "of '*': begun so long ago or longer", durationOption)
    .option('--dry-run', "of '*': list the flows and tell them nothing")
    .action(
      run(async (context, ...[flowId, name, options]: [id: string, signal: Name, options: SignalOptions]) => {
        const all = flowId === '*';
        const filters = ['state', 'workflow', 'owner', 'olderThan', 'dryRun'] as const;
        const stray = all ? undefined : filters.find((filter) => options[filter] !== undefined);
        if (stray !== undefined) throw new WaggleError('BAD_USAGE', "filters and --dry-run go with '*'", { path: stray });
        const data = options.dryRun ? undefined : await dataOf(name, options);
        return withSession(context, async (session) => {
          if (all) return tellAll(session, context, { name, data, options });
          const told = await tell(session, flowId, { name, data, options });
          const now = told.applied ? await nowOf(session, flowId) : undefined;
          const shown = now === undefined ? told : { ...told, now };
          context.output.result(shown, () => toldText(shown));
          return EXIT.done;
        });
      }),
    );
};
