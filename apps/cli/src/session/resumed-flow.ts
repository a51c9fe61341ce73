import { createHash } from 'node:crypto';
import { WaggleError } from '@waggle/protocol';
import { requireFlowLog } from '../history/flow-log.js';
import { count } from '../output/format.js';
import type { Session } from './session.js';

/** Which flow goes on as a new one, and from which of its transitions; from its end where left out. */
export interface Resumed {
  flowId: string;
  n?: number;
  /** Id of the new flow; derived from the old one's when left out, so that asking again changes nothing. */
  as?: string;
}

/** Submits a flow that goes on from what another has completed. Its id. `FLOW_UNKNOWN`; `BAD_USAGE` where it has fewer. */
export const resumedFlow = async (session: Session, { flowId, n, as }: Resumed): Promise<string> => {
  const derived = createHash('sha256')
    .update(JSON.stringify([session.tenant, flowId, n ?? null]))
    .digest('hex')
    .slice(0, 24);
  const id = as ?? `r-${derived}`;
  if (id === flowId) throw new WaggleError('BAD_USAGE', 'a flow cannot go on from itself: give the new one another id', { path: '--id' });
  const { length } = await requireFlowLog(session, flowId);
  if (n !== undefined && n > length)
    throw new WaggleError('BAD_USAGE', `${flowId} has ${count(length, 'transition')}`, {
      path: 'transition',
      remedy: `Name one of 1 to ${length}: \`waggle flows ${flowId} --history\` lists them.`,
    });
  await session.client.submit({ resumes: { flowId, ...(n !== undefined && { n }) } }, { flowId: id });
  return id;
};
