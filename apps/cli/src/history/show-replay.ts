import { Replay, type Frame } from '@waggle/flow';
import { WaggleError } from '@waggle/protocol';
import type { Context } from '../context.js';
import { flowTree } from '../output/flow-tree.js';
import { count } from '../output/format.js';
import type { Output } from '../output/output.js';
import { plain } from '../output/table.js';
import type { Session } from '../session/session.js';
import { requireFlowLog } from './flow-log.js';
import { stepThrough } from './step-through.js';
import { toldJson, toldText } from './told.js';

const frameJson = (frame: Frame): object => ({ ...toldJson(frame), status: frame.status, waits: frame.waits });

/** A moment of a flow as lines: what happened, and where everything stood then. */
export const frameText = (frame: Frame, since: number, { colors, columns }: Pick<Output, 'colors' | 'columns'>): string[] => [
  ...toldText(frame, since, colors),
  ...flowTree(frame.status, colors, { width: columns }),
  ...frame.waits.map((line) => colors.dim(`   ${plain(line)}`)),
];

/**
 * Replays a flow's log: one moment with `at`; stepped through by keys on a terminal; else every moment, one object a
 * line with --json. `FLOW_UNKNOWN`, `BAD_USAGE` where `at` lies outside, `TRANSITION_UNKNOWN`.
 */
export const showReplay = async (
  flowId: string,
  at: number | undefined,
  { session, context }: { session: Session; context: Context },
): Promise<void> => {
  const { output, interrupted } = context;
  const log = await requireFlowLog(session, flowId);
  const replay = new Replay(log);
  const since = log[0]!.at;
  if (at !== undefined) {
    if (at > replay.length)
      throw new WaggleError('BAD_USAGE', `the log of ${flowId} has ${count(replay.length, 'transition')}`, {
        path: '--at',
        remedy: `Name one of 1 to ${replay.length}: \`waggle flows ${flowId} --history\` lists them.`,
      });
    const frame = replay.after(at);
    return output.result({ flowId, of: replay.length, ...frameJson(frame) }, () => frameText(frame, since, output).join('\n'));
  }
  const lines = (n: number): string[] => frameText(replay.after(n), since, output);
  if (output.live && process.stdin.isTTY)
    return stepThrough({ length: replay.length, lines, output, keys: process.stdin, signal: interrupted });
  for (let n = 1; n <= replay.length && !interrupted.aborted; n++) {
    const frame = replay.after(n);
    output.result(frameJson(frame), () => `${frameText(frame, since, output).join('\n')}\n`);
  }
};
