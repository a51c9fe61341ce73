import { STATES, WaggleError, type State } from '@waggle/protocol';
import { Option } from 'commander';
import { showHistory } from '../history/show-history.js';
import { showReplay } from '../history/show-replay.js';
import { wholeNumber } from '../input/option-values.js';
import { duration } from '../output/format.js';
import { listText } from '../output/flow-list.js';
import { flowTree, outcomeLine } from '../output/flow-tree.js';
import type { Output } from '../output/output.js';
import { problemLines, remedies } from '../output/report-error.js';
import { clip, plain, shownValue } from '../output/table.js';
import { aftermathLines } from '../session/aftermath.js';
import { aroundFlow, outputOf, type FlowAround } from '../session/flow-around.js';
import { describeFlow, listFlows, type FlowDescription } from '../session/questions.js';
import { withSession } from '../session/session.js';
import type { Registrar } from './command.js';

interface FlowsOptions {
  owner?: string;
  state?: State;
  limit: number;
  history?: boolean;
  replay?: boolean;
  at?: number;
}

const HISTORY = 12;

const historyText = ({ history }: FlowDescription): string[] =>
  history
    .slice(-HISTORY)
    .map(({ at, event, step, task, attempt, agent, detail }) =>
      plain(
        [
          `  ${at.slice(11, 23)}`,
          event,
          task ?? step,
          attempt === undefined ? undefined : `attempt ${attempt}`,
          agent && `on ${agent}`,
          detail,
        ]
          .filter((part) => part !== undefined && part !== '')
          .join(' '),
      ),
    );

const OUTPUT = 12;

/** What it made, cut to some lines. */
const outputLines = (value: unknown, { flowId }: FlowDescription, { colors, columns }: Output): string[] => {
  if (value === undefined || value === null) return [];
  const lines = shownValue(value).split('\n');
  const shown = lines.slice(0, OUTPUT).map((line) => `  ${clip(line, columns - 2)}`);
  const isCut = lines.length > OUTPUT || lines.some((line) => line.length > columns - 2);
  return ['', colors.bold('Output'), ...shown, ...(isCut ? [colors.dim(`  … \`waggle watch ${flowId} --json\` gives all of it`)] : [])];
};

const goneLines = ({ gone = [] }: FlowAround, { colors }: Output): string[] =>
  gone.map(({ agent, heard }) =>
    colors.yellow(`  ${agent} was last heard ${heard}; its task goes to another instance of it as soon as one is there`),
  );

const flowText = (flow: FlowDescription, around: FlowAround & { made?: unknown }, output: Output): string => {
  const { colors } = output;
  const lines = flow.status === undefined ? [] : flowTree(flow.status, colors, { width: output.columns });
  if (flow.outcome !== undefined) {
    const { errors = [] } = flow.outcome;
    lines.push(outcomeLine(flow.outcome, colors, duration), ...problemLines(errors));
    lines.push(...remedies(errors).map((line) => colors.dim(`  ${plain(line)}`)));
    lines.push(...aftermathLines(around).map((line) => colors.dim(`  ${line}`)));
    lines.push(...outputLines(around.made, flow, output));
  } else if (flow.explain.length > 0) {
    lines.push('', colors.bold('Now'), ...flow.explain.map((line) => `  ${plain(line)}`), ...goneLines(around, output));
  }
  lines.push('', colors.bold('History'), ...historyText(flow));
  const hidden = flow.leftOut + Math.max(0, flow.history.length - HISTORY);
  const earlier = hidden > 0 ? `${hidden} earlier; ` : '';
  lines.push(colors.dim(`  ${earlier}\`waggle flows ${flow.flowId} --history\` tells all of it in sentences`));
  return lines.join('\n');
};

const requireFits = (flowId: string | undefined, { history, replay, at }: FlowsOptions): void => {
  if (history && replay) throw new WaggleError('BAD_USAGE', 'say --history or --replay');
  if ((history || replay) && flowId === undefined)
    throw new WaggleError('BAD_USAGE', '--history and --replay want a flow id', { path: 'id' });
  if (at !== undefined && !replay) throw new WaggleError('BAD_USAGE', '--at goes with --replay', { path: '--at' });
};

export const registerFlows = ({ program, run }: Registrar): void => {
  program
    .command('flows')
    .summary('list flows, or explain one')
    .description('Lists flows, the newest first; with an id, where that flow is, what it waits for and how it got there.')
    .argument('[id]', 'flow id')
    .option('--owner <name>', 'of one owner')
    .addOption(new Option('--state <state>', 'in one state').choices(STATES))
    .option('--limit <n>', 'how many at most', wholeNumber(1, 200), 20)
    .option('--history', 'of one flow: every transition of its log, explained')
    .option('--replay', 'of one flow: step through its log and see where everything stood after each transition')
    .option('--at <n>', 'with --replay: the moment after transition n alone', wholeNumber(1, 10_000_000))
    .action(
      run(async (context, flowId: string | undefined, options: FlowsOptions) => {
        requireFits(flowId, options);
        return withSession(context, async (session) => {
          const { output } = context;
          const { owner, state, limit, history, replay, at } = options;
          if (flowId !== undefined && history) return showHistory(flowId, session, context);
          if (flowId !== undefined && replay) return showReplay(flowId, at, { session, context });
          if (flowId === undefined) {
            const flows = await listFlows(session, { owner, state, limit });
            output.result({ flows }, () => listText(flows, output));
          } else {
            const flow = await describeFlow(session, flowId);
            const around = await aroundFlow(session, flow);
            const made = output.json ? undefined : await outputOf(session, flow);
            output.result({ ...flow, ...around }, () => flowText(flow, { ...around, made }, output));
          }
        });
      }),
    );
};
