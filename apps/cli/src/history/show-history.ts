import { tell } from '@waggle/flow';
import type { Context } from '../context.js';
import type { Session } from '../session/session.js';
import { requireFlowLog } from './flow-log.js';
import { toldJson, toldText } from './told.js';

/** Explains every transition of a flow, in order. `FLOW_UNKNOWN`. */
export const showHistory = async (flowId: string, session: Session, { output }: Context): Promise<void> => {
  const told = (await requireFlowLog(session, flowId)).map(tell);
  output.result({ flowId, history: told.map(toldJson) }, () =>
    told.flatMap((each) => toldText(each, told[0]!.at, output.colors)).join('\n'),
  );
};
