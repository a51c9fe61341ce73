import { Sessions } from '@waggle/memory';
import type { Context } from '../../context.js';
import { withSession } from '../../session/session.js';

/** What the agents of the mesh share, for one command. */
export const withSessions = <T>(context: Context, work: (sessions: Sessions) => Promise<T>): Promise<T> =>
  withSession(context, ({ bus, tenant }) => work(new Sessions(bus, { tenant })));

/** JSON where it is JSON, else the text itself. */
export const jsonOrText = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};
