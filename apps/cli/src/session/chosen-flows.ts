import type { State } from '@waggle/protocol';
import { listFlows, type FlowLine } from './questions.js';
import type { Session } from './session.js';

/** Which flows a command is about, where it names none. */
export interface FlowFilter {
  state?: State;
  workflow?: string;
  owner?: string;
  /** Milliseconds since they began. */
  olderThan?: number;
}

const MOST = 200;
const ENDED: readonly State[] = ['COMPLETED', 'FAILED', 'CANCELED', 'REJECTED'];

const isEnded = ({ state }: Pick<FlowLine, 'state'>): boolean => ENDED.includes(state);

/** Flows that fit, the newest first; at most 200. `ended`: those that have ended instead of those at work. */
export const chosenFlows = async (session: Session, filter: FlowFilter, ended: boolean): Promise<FlowLine[]> => {
  const { state, owner, workflow, olderThan = 0 } = filter;
  const before = Date.now() - olderThan;
  const flows = await listFlows(session, { state, owner, limit: MOST });
  return flows.filter(
    (flow) =>
      (state !== undefined || isEnded(flow) === ended) &&
      (workflow === undefined || flow.workflow === workflow) &&
      Date.parse(flow.startedAt) <= before,
  );
};
