import { createLocks, type Locks, type LockStatus } from '@waggle/locks';
import { WaggleError } from '@waggle/protocol';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { LiveView } from '../output/live-view.js';
import { locksText } from '../output/lock-list.js';
import type { Output } from '../output/output.js';
import { followMesh } from '../session/follow-mesh.js';
import { withSession, type Session } from '../session/session.js';
import type { Registrar } from './command.js';

interface LocksOptions {
  forceRelease?: string;
  reason?: string;
}

/** Of the bucket: beyond, renewals may soon be refused for want of room. */
const ALARM = 0.5;
/** Leases run down without anybody writing. */
const REDRAW = 1_000;

const warnWhenFull = async ({ bus }: Session, { output }: Context): Promise<void> => {
  const { bytes, maxBytes } = await bus.figures('KV_LOCKS');
  if (bytes > maxBytes * ALARM)
    output.warn(`The bucket of locks is ${Math.round((bytes / maxBytes) * 100)} % full; a full one refuses renewals. Provision it larger.`);
};

/** By its name or key as listed. */
const find = async (locks: Locks, wanted: string): Promise<LockStatus> => {
  const found = (await locks.list()).find(({ scope, key }) => scope === wanted || key === wanted);
  if (found === undefined)
    throw new WaggleError('BAD_USAGE', `no lock ${JSON.stringify(wanted)} is held; \`waggle locks\` lists all`, {
      path: '--force-release',
    });
  return found;
};

const breakOne = async (locks: Locks, { forceRelease, reason }: LocksOptions, { output }: Context): Promise<void> => {
  if (reason === undefined) throw new WaggleError('BAD_USAGE', 'say why, with --reason', { path: '--reason' });
  const { scope: name, key } = await find(locks, forceRelease!);
  const before = await locks.forceRelease({ name, key }, { reason });
  const names = before.holders.map(({ holder }) => holder).join(', ') || 'nobody';
  output.result({ released: before }, () => `${name} is released; it was held by ${names}`);
};

const locksOf = ({ bus, tenant }: Session): Locks => createLocks(bus, { tenant });

/** Reads them whenever one changed, and every second, until the signal aborts. */
const lookOn = async (
  locks: Locks,
  { tell, output, signal }: { tell: (list: LockStatus[]) => void; output: Output; signal: AbortSignal },
): Promise<void> => {
  // one look at a time, and one more when something changed meanwhile
  let [looking, again] = [false, false];
  const look = async (): Promise<void> => {
    again = true;
    if (looking) return;
    looking = true;
    for (; again && !signal.aborted;) {
      again = false;
      await locks.list().then(tell, (error: Error) => void (signal.aborted || output.warn(`cannot read the locks: ${error.message}`)));
    }
    looking = false;
  };
  const changes = await locks.changes(() => void look());
  const timer = setInterval(() => void look(), REDRAW);
  void look();
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  clearInterval(timer);
  await changes.stop();
};

/** Until interrupted, wherever their mesh is started again meanwhile. */
const watch = async (session: Session, context: Context): Promise<ExitCode> => {
  const { output, interrupted } = context;
  const view = output.live ? new LiveView(output) : undefined;
  let shown = '';
  const tell = (list: LockStatus[]): void => {
    if (view) return view.show(locksText(list, output).split('\n'));
    const text = output.json ? JSON.stringify(list) : locksText(list, output);
    if (text !== shown) output.result({ locks: list }, () => text);
    shown = text;
  };
  await followMesh(session, context, async (there, moved) => {
    await lookOn(locksOf(there), { tell, output, signal: AbortSignal.any([interrupted, moved]) });
    return undefined;
  });
  view?.end();
  return EXIT.interrupted;
};

export const registerLocks = ({ program, run }: Registrar): void => {
  program
    .command('locks')
    .summary('who holds which lock and who waits, live with `watch`; breaks one')
    .description(
      'Lists the locks that are held: who holds them, who waits in which turn, since when, the fencing token and what the holder says of it. `waggle locks watch` shows them live. --force-release takes one away from its holders: they are told, the next in line gets it, and the audit keeps the reason.',
    )
    .argument('[watch]', '`watch`: live, until Ctrl-C')
    .option('--force-release <scope>', 'the lock to break, as listed')
    .option('--reason <text>', 'why it is broken')
    .action(
      run((context, live: string | undefined, options: LocksOptions) => {
        if (live !== undefined && live !== 'watch')
          throw new WaggleError('BAD_USAGE', `not "${live}": watch, or nothing`, { path: 'watch' });
        if (live !== undefined && options.forceRelease !== undefined)
          throw new WaggleError('BAD_USAGE', 'watch or break, one at a time', { path: '--force-release' });
        return withSession(context, async (session) => {
          const locks = locksOf(session);
          if (options.forceRelease !== undefined) return breakOne(locks, options, context);
          await warnWhenFull(session, context);
          if (live !== undefined) return watch(session, context);
          const list = await locks.list();
          context.output.result({ locks: list }, () => locksText(list, context.output));
        });
      }),
    );
};
