import { manifest as cli } from '../cli.manifest.js';
import type { Subscription } from '@waggle/bus';
import { loadValues, WaggleClient } from '@waggle/client';
import { WaggleError, type Outcome } from '@waggle/protocol';
import type { Context } from '../context.js';
import { EXIT, exitCodeOfEnd, type ExitCode } from '../exit-codes.js';
import { duration } from '../output/format.js';
import { flowView, type FlowView } from '../output/flow-view.js';
import { outcomeLine } from '../output/flow-tree.js';
import type { Output } from '../output/output.js';
import type { ToldProgress } from '../output/task-progress.js';
import { problemLines, remedies } from '../output/report-error.js';
import { shownValue } from '../output/table.js';
import { writeReport } from '../report/write-report.js';
import { aftermathLines, aftermathOf } from './aftermath.js';
import { followMesh } from './follow-mesh.js';
import type { Session } from './session.js';
import { hearProgress } from './watch-flow-progress.js';

export interface WatchFlowOptions {
  /** Whose flow it is: one's own when left out. */
  owner?: string;
  /** Where it is shown; what agents report of single tasks as well, where this key may hear it (a client's may not). */
  view: FlowView;
  output: Output;
  /** Ends the watching, never the flow. */
  signal: AbortSignal;
}

const reports = (flowId: string, session: Session, { output, view, signal }: WatchFlowOptions): Promise<Subscription> | undefined => {
  if (session.target.me !== cli.name) return undefined;
  const heard = (told: ToldProgress): void => {
    output.event({ progress: told });
    view.tell(told);
  };
  return hearProgress(session, flowId, { heard, signal });
};

/** Shows a flow until it ends; undefined when the watching was ended before. */
const watchFlow = async (flowId: string, session: Session, options: WatchFlowOptions): Promise<Outcome | undefined> => {
  const { output, signal, view, owner } = options;
  const client = new WaggleClient(session.bus, { tenant: session.tenant, owner });
  const telling = await reports(flowId, session, options);
  try {
    for await (const update of client.watch(flowId, { signal })) {
      if (update.kind === 'outcome') return update.outcome;
      output.event({ status: update.status });
      view.show(update.status);
    }
  } finally {
    await telling?.stop();
    await client.close();
  }
  return undefined;
};

export interface WatchedFlow<T> {
  context: Context;
  session: Session;
  owner?: string;
  /** Milliseconds. */
  timeout?: number;
  /** What is done with its end, on the session that it was heard on. */
  ended: (outcome: Outcome, session: Session) => Promise<T>;
}

/** Watches a flow to its end, wherever its mesh is started again meanwhile. Undefined when it was interrupted; `TIMED_OUT` after `timeout`. */
export const followFlow = async <T>(flowId: string, watched: WatchedFlow<T>): Promise<T | undefined> => {
  const { context, session, owner, timeout, ended } = watched;
  const { output, interrupted } = context;
  const late = new AbortController();
  const timer = timeout === undefined ? undefined : setTimeout(() => late.abort(), timeout);
  const view = flowView(output);
  try {
    const told = await followMesh(session, context, async (there, moved) => {
      const signal = AbortSignal.any([interrupted, late.signal, moved]);
      const outcome = await watchFlow(flowId, there, { owner, view, output, signal });
      if (outcome !== undefined) view.end();
      return outcome && (await ended(outcome, there));
    });
    if (told === undefined && late.signal.aborted)
      throw new WaggleError('TIMED_OUT', `flow ${flowId} has not ended within ${duration(timeout!)}`, { path: flowId });
    return told;
  } finally {
    clearTimeout(timer);
    view.end();
  }
};

/** Shows a flow until it ends, and how it ended: the command's exit code. With `out`, what it made is written into that folder. Ctrl-C leaves the flow running and says so. */
export const watchToEnd = async (flowId: string, options: Omit<WatchedFlow<ExitCode>, 'ended'> & { out?: string }): Promise<ExitCode> => {
  const { context, out } = options;
  const { output } = context;
  const ended = async (outcome: Outcome, session: Session): Promise<ExitCode> => {
    await showOutcome(outcome, { output, session });
    if (out !== undefined && outcome.state === 'COMPLETED') {
      for (const file of await writeReport(outcome, out, session)) output.note(file);
    }
    return exitCodeOfEnd(outcome.state);
  };
  const code = await followFlow(flowId, { ...options, ended });
  if (code !== undefined) return code;
  output.warn(`flow ${flowId} goes on: \`waggle watch ${flowId}\` shows it again`);
  return EXIT.interrupted;
};

const SHOWN = 4_000;

const outputText = (value: unknown, shorten: boolean): string => {
  if (value === undefined || value === null) return '';
  const text = shownValue(value);
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
  const left = await aftermathOf(session, outcome);
  for (const line of aftermathLines(left)) output.note(output.colors.dim(`  ${line}`));
  output.result({ outcome: whole, ...left }, () => outputText(loaded, process.stdout.isTTY === true));
};
