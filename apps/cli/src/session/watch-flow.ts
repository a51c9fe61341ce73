import { manifest as cli } from '../cli.manifest.js';
import type { Subscription } from '@waggle/bus';
import { loadValues, type WaggleClient } from '@waggle/client';
import { WaggleError, type Outcome } from '@waggle/protocol';
import { EXIT, exitCodeOfEnd, type ExitCode } from '../exit-codes.js';
import { duration } from '../output/format.js';
import { flowView, type FlowView } from '../output/flow-view.js';
import { outcomeLine } from '../output/flow-tree.js';
import type { Output } from '../output/output.js';
import { problemLines, remedies } from '../output/report-error.js';
import { plain } from '../output/table.js';
import { writeReport } from '../report/write-report.js';
import type { Session } from './session.js';
import { hearProgress } from './watch-flow-progress.js';

export interface WatchFlowOptions {
  client: WaggleClient;
  output: Output;
  /** Ends the watching, never the flow. */
  signal: AbortSignal;
  /** Milliseconds. */
  timeout?: number;
  /** Where agents' own reports are heard: an operator's right. */
  session?: Session;
}

/** What agents report of single tasks is shown where this key may hear it; a client's may not. */
const reports = (
  flowId: string,
  session: Session,
  { output, view }: { output: Output; view: FlowView },
): Promise<Subscription> | undefined => {
  if (session.target.me !== cli.name) return undefined;
  return hearProgress(session, flowId, (told) => {
    output.event({ progress: told });
    view.tell(told);
  });
};

/** Shows a flow until it ends; undefined when the watching was ended before. `TIMED_OUT` after `timeout`. */
export const watchFlow = async (
  flowId: string,
  { client, output, signal, timeout, session }: WatchFlowOptions,
): Promise<Outcome | undefined> => {
  const late = new AbortController();
  const timer = timeout === undefined ? undefined : setTimeout(() => late.abort(), timeout);
  const view = flowView(output);
  const telling = session === undefined ? undefined : await reports(flowId, session, { output, view });
  try {
    for await (const update of client.watch(flowId, { signal: AbortSignal.any([signal, late.signal]) })) {
      if (update.kind === 'outcome') return update.outcome;
      output.event({ status: update.status });
      view.show(update.status);
    }
  } finally {
    clearTimeout(timer);
    await telling?.stop();
    view.end();
  }
  if (late.signal.aborted)
    throw new WaggleError('TIMED_OUT', `flow ${flowId} has not ended within ${duration(timeout!)}`, { path: flowId });
  return undefined;
};

/** Shows a flow until it ends, and how it ended: the command's exit code. With `out`, what it made is written into that folder. Ctrl-C leaves the flow running and says so. */
export const watchToEnd = async (flowId: string, options: WatchFlowOptions & { session: Session; out?: string }): Promise<ExitCode> => {
  const { output, session, out } = options;
  const outcome = await watchFlow(flowId, options);
  if (outcome === undefined) {
    output.warn(`flow ${flowId} goes on: \`waggle watch ${flowId}\` shows it again`);
    return EXIT.interrupted;
  }
  await showOutcome(outcome, { output, session });
  if (out !== undefined && outcome.state === 'COMPLETED') {
    for (const file of await writeReport(outcome, out, session)) output.note(file);
  }
  return exitCodeOfEnd(outcome.state);
};

const SHOWN = 4_000;

const outputText = (value: unknown, shorten: boolean): string => {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? plain(value) : JSON.stringify(value, null, 2);
  return shorten && text.length > SHOWN ? `${text.slice(0, SHOWN)}\n… ${text.length - SHOWN} more characters: --json gives all` : text;
};

/** Tells how a flow ended: the result on stdout, what went wrong where errors go. */
export const showOutcome = async (outcome: Outcome, { output, session }: { output: Output; session: Session }): Promise<void> => {
  const loaded = outcome.output === undefined ? undefined : await loadValues(session.bus, session.tenant, outcome.output);
  const whole = loaded === undefined ? outcome : { ...outcome, output: loaded };
  output.note(outcomeLine(outcome, output.colors, duration));
  if (outcome.errors !== undefined && !output.json) {
    for (const line of problemLines(outcome.errors)) output.warn(line);
    for (const line of remedies(outcome.errors)) output.warn(output.colors.dim(`  ${line}`));
  }
  output.result({ outcome: whole }, () => outputText(loaded, process.stdout.isTTY === true));
};
