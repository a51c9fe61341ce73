import { setTimeout as pause } from 'node:timers/promises';
import { redact } from '../output/redact.js';
import type { Context } from '../context.js';
import { readState } from '../mesh/state.js';
import { Session } from './session.js';

/** How often it is looked where the mesh runs now. */
const LOOK = 500;

/** A broker that was named is waited for where it is, and so is the mesh that this very process runs: another one in the folder is not it. */
const mayMove = ({ target }: Session, { env }: Context): boolean => target.mesh !== undefined && !env['NATS_URL'];

/** The mesh of the folder where it runs elsewhere now, as soon as it answers there; undefined when the signal aborts. */
const elsewhere = async (session: Session, context: Context, signal: AbortSignal): Promise<Session | undefined> => {
  if (!mayMove(session, context)) return undefined;
  while (!signal.aborted) {
    await pause(LOOK, undefined, { signal }).catch(() => undefined);
    const mesh = await readState(context.folder);
    if (signal.aborted || mesh === undefined || mesh.url === session.target.mesh?.url) continue;
    // it may be going down again, or not let us in yet
    const found = await Session.open(context).catch(() => undefined);
    if (found !== undefined && !signal.aborted) return found;
    await found?.close();
  }
  return undefined;
};

const tell = (context: Context, state: 'lost' | 'restored', session: Session): void => {
  const { output } = context;
  const servers = redact(session.target.servers);
  output.event({ connection: { state, servers } });
  if (output.json) return;
  const text =
    state === 'lost'
      ? `the connection to ${servers} is lost: ${mayMove(session, context) ? 'watching goes on as soon as the mesh is there again' : 'it is tried again until it is back'}`
      : `connected again, to ${servers}`;
  output.warn(output.colors.yellow(text));
};

/** Says when the connection is lost and back; `onMoved` is given the session that takes its place where the mesh runs elsewhere. Returns how to end that. */
const guard = (session: Session, context: Context, onMoved: (next: Session) => void): (() => Promise<void>) => {
  const over = new AbortController();
  let up = true;
  let back = new AbortController();
  let seeking: Promise<void> = Promise.resolve();
  const heard = ({ ready }: { ready: boolean }): void => {
    if (ready === up) return;
    up = ready;
    tell(context, ready ? 'restored' : 'lost', session);
    if (ready) return back.abort();
    back = new AbortController();
    const signal = AbortSignal.any([over.signal, back.signal, context.interrupted]);
    seeking = seeking.then(async () => {
      const next = await elsewhere(session, context, signal);
      if (next === undefined) return;
      if (over.signal.aborted) return next.close();
      tell(context, 'restored', next);
      onMoved(next);
    });
  };
  const stop = session.bus.onHealth(heard);
  heard(session.bus.health);
  return async () => {
    stop();
    over.abort();
    await seeking;
  };
};

/**
 * Does work that watches, and tells when the connection is lost and back. A mesh that was started again may run at another
 * address: then `moved` aborts, and the work is done again on a session there. Undefined from the work: it was ended before.
 */
export const followMesh = async <T>(
  first: Session,
  context: Context,
  work: (session: Session, moved: AbortSignal) => Promise<T | undefined>,
): Promise<T | undefined> => {
  for (let session = first; ;) {
    const moved = new AbortController();
    let next: Session | undefined;
    const { bus } = session;
    const stop = guard(session, context, (found) => {
      next = found;
      moved.abort();
      // what waits for this connection would wait for ever
      void bus.close();
    });
    const working = work(session, moved.signal);
    const done = await working.catch(() => undefined);
    await stop();
    if (session !== first) await session.close();
    // what broke because the mesh is elsewhere is done again there
    if (next !== undefined && done === undefined && !context.interrupted.aborted) {
      session = next;
      continue;
    }
    await next?.close();
    return working;
  }
};
