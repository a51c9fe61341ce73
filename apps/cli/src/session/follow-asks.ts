import { readThroughBreaks } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import { askOf, listAsks, type Ask } from './asks.js';
import type { Session } from './session.js';

/** Questions remembered as told; of more, the longest told are told again after a break. */
const MOST = 10_000;

/** Questions that were told, each up to a rung of its ladder. */
export class ToldAsks {
  private readonly rungs = new Map<string, number>();

  /** False: it was told already. */
  note({ id, rung = 0 }: Ask): boolean {
    if ((this.rungs.get(id) ?? -1) >= rung) return false;
    this.rungs.set(id, rung);
    for (const oldest of this.rungs.keys()) {
      if (this.rungs.size <= MOST) break;
      this.rungs.delete(oldest);
    }
    return true;
  }
}

/** The rung that a question has come to, asked so many milliseconds ago. */
export const rungAfter = (ladder: readonly { after: number }[], millis: number): number => {
  let [rung, left] = [0, millis];
  while (rung < ladder.length - 1 && left >= ladder[rung]!.after) left -= ladder[rung++]!.after;
  return rung;
};

/** Until the signal aborts: each question as it is asked, and each rung as the broker says it; after a break those that came meanwhile. */
export const followAsks = async (
  session: Session,
  { told, tell, signal }: { told: ToldAsks; tell: (ask: Ask) => void; signal: AbortSignal },
): Promise<void> => {
  const { bus, tenant } = session;
  const heard = (ask: Ask): void => {
    if (told.note(ask)) tell(ask);
  };
  const join = async (): Promise<void> => {
    for (const { ask, at } of await listAsks(session)) heard({ ...ask, rung: rungAfter(ask.ladder ?? [], Date.now() - at.getTime()) });
  };
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  const subscriptions = await Promise.all(
    [subjects.ask(tenant, '*', '*'), subjects.rungFeed(tenant, '*', '*', '*')].map((subject) =>
      bus.subscribe(subject, (message) => heard(askOf(message))),
    ),
  );
  let stopReading = (): void => undefined;
  try {
    stopReading = await readThroughBreaks(bus, join, { wanted: () => !ended.aborted, failed: (error) => over.abort(error) });
    if (!ended.aborted) await new Promise((resolve) => ended.addEventListener('abort', resolve, { once: true }));
    over.signal.throwIfAborted();
  } finally {
    stopReading();
    await Promise.all(subscriptions.map((subscription) => subscription.stop()));
  }
};
