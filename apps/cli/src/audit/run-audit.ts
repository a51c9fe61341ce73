import { readFile } from 'node:fs/promises';
import { WaggleError, type Outcome } from '@waggle/protocol';
import type { Context } from '../context.js';
import { takeSnapshot } from '../input/workspaces.js';
import { writeReport } from '../report/write-report.js';
import type { Session } from '../session/session.js';
import { followFlow, showOutcome } from '../session/watch-flow.js';

const WORKFLOW = 'repo-audit';
const MAX_BASELINE = 8 * 1024 * 1024;

export interface Audit {
  path: string;
  /** Where the report goes. */
  out: string;
  maxFiles?: number;
  /** Only what changed since this commit. */
  since?: string;
  /** A baseline in place of the one in the folder. */
  baseline?: string;
  /** Take nothing from an audit before, and leave nothing for the next. */
  fresh?: boolean;
}

export interface Audited {
  outcome: Outcome;
  /** What was written; nothing when the flow failed. */
  files: string[];
}

const storeBaseline = async (file: string, session: Session): Promise<object> => {
  const content = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new WaggleError(
      'BAD_USAGE',
      `--baseline ${file}: ${cause.code === 'ENOENT' ? 'there is no such file' : (cause.code ?? 'unreadable')}`,
      {
        path: '--baseline',
        cause,
      },
    );
  });
  if (content.length > MAX_BASELINE)
    throw new WaggleError('BAD_USAGE', `--baseline ${file}: larger than ${MAX_BASELINE} bytes`, { path: '--baseline' });
  return session.bus.blobs.put(session.tenant, content, 'application/json');
};

/** Audits a folder on a mesh that is up, and writes the report. Undefined when it was interrupted. */
export const runAudit = async (
  { path, out, maxFiles, since, baseline, fresh = false }: Audit,
  session: Session,
  context: Context,
): Promise<Audited | undefined> => {
  const { output, interrupted: signal } = context;
  const given = baseline === undefined ? {} : { baseline: await storeBaseline(baseline, session) };
  const workspace = await takeSnapshot(path, { session, output, signal, maxFiles, since });
  const { flowId } = await session.client.submit({ workflow: WORKFLOW, input: { workspace, fresh, ...given } });
  output.event({ submitted: { flowId } });
  const ended = async (outcome: Outcome, there: Session): Promise<Audited> => {
    if (outcome.state === 'COMPLETED') return { outcome, files: await writeReport(outcome, out, there) };
    await showOutcome(outcome, { output, session: there });
    return { outcome, files: [] };
  };
  return followFlow(flowId, { context, session, ended });
};
