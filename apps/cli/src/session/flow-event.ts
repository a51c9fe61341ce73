import { setTimeout as pause } from 'node:timers/promises';
import type { FlowEvent } from '@waggle/flow';
import { readFlowLog } from '../history/flow-log.js';
import type { Session } from './session.js';

const EVERY = 100;

/** The event of a flow's log that is looked for, as soon as it is there; undefined where it does not come within the time (ms). */
export const flowEvent = async <E extends FlowEvent>(
  { bus, tenant }: Pick<Session, 'bus' | 'tenant'>,
  flowId: string,
  { is, within }: { is: (event: FlowEvent) => event is E; within: number },
): Promise<E | undefined> => {
  for (const until = performance.now() + within; ;) {
    const log = await readFlowLog(bus, tenant, flowId);
    const found = log.flatMap(({ events }) => events).findLast(is);
    if (found !== undefined || performance.now() > until) return found;
    await pause(EVERY);
  }
};
