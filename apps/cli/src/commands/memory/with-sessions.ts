import { Sessions } from '@waggle/memory';
import type { Context } from '../../context.js';
import { withSession, type Session } from '../../session/session.js';

/** What the agents of the mesh share. */
export const sessionsOf = ({ bus, tenant }: Session): Sessions => new Sessions(bus, { tenant });

/** The same, for one command. */
export const withSessions = <T>(context: Context, work: (sessions: Sessions) => Promise<T>): Promise<T> =>
  withSession(context, (session) => work(sessionsOf(session)));

/** JSON where it is JSON, else the text itself. */
export const jsonOrText = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};
