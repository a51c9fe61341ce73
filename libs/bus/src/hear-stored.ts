import { codeOf, ERRORS, type StreamName } from '@waggle/protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOOK_AGAIN } from './look-again.js';
import type { Bus, StoredMessage, Subscription } from './port.js';

const UNREACHABLE = 250;

export interface StoredHearing {
  stream: StreamName;
  /** Subject or pattern. */
  subject: string;
  /** Whether anybody still waits for news of this subject. */
  wanted: (subject: string) => boolean;
  /** Given what is stored; false: it told nothing new. */
  heard: (stored: StoredMessage) => boolean;
  /** It cannot be read, and never will be. */
  failed: (error: unknown, subject: string) => void;
}

/**
 * Hears of what is stored on subjects. A live message only wakes: a neighbour of the same account can have the server
 * put any bytes on any of its subjects, so what counts is read from the stream. Costs one direct get a message, more where
 * what is live is quicker than what is stored; however many wake, at most one read of a subject is under way.
 */
export const hearStored = async (bus: Bus, hearing: StoredHearing): Promise<Subscription> => {
  /** Subjects being read; true: woken again meanwhile. */
  const reading = new Map<string, boolean>();
  let stopped = false;
  const wanted = (subject: string): boolean => !stopped && hearing.wanted(subject);

  const look = async (subject: string): Promise<void> => {
    for (let looks = 0; wanted(subject);) {
      reading.set(subject, false);
      const stored = await lastWhenReachable(bus, { stream: hearing.stream, subject }, () => wanted(subject));
      const news = stored !== undefined && wanted(subject) && hearing.heard(stored);
      if (reading.get(subject) === true) looks = 0;
      else if (news || looks === LOOK_AGAIN.length) return;
      else await sleep(LOOK_AGAIN[looks++], undefined, { ref: false });
    }
  };

  const subscription = await bus.subscribe(hearing.subject, ({ subject }) => {
    if (!wanted(subject)) return;
    if (reading.has(subject)) return void reading.set(subject, true);
    look(subject)
      .catch((error: unknown) => hearing.failed(error, subject))
      .finally(() => reading.delete(subject));
  });
  return {
    stop: () => {
      stopped = true;
      return subscription.stop();
    },
  };
};

/** The last message of a subject, as `whenReachable`. */
export const lastWhenReachable = (
  bus: Pick<Bus, 'last' | 'health'>,
  where: { stream: StreamName; subject: string },
  wanted: () => boolean,
): Promise<StoredMessage | undefined> => whenReachable(bus, () => bus.last(where.stream, where.subject), wanted);

/** What is read, read again while the broker cannot be reached, for as long as `wanted` says so and the bus is not closed; undefined: it no longer does. */
export const whenReachable = async <T>(bus: Pick<Bus, 'health'>, read: () => Promise<T>, wanted: () => boolean): Promise<T | undefined> => {
  while (wanted()) {
    try {
      return await read();
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined || !ERRORS[code].retryable || bus.health.closed) throw error;
      await sleep(UNREACHABLE, undefined, { ref: false });
    }
  }
  return undefined;
};

/**
 * Reads now, and again each time the broker was away: what was said then is not heard live. For whoever listens already.
 * Rejects as the first reading does, once the broker can be reached; `failed` is told of the others. Returns how to end it.
 */
export const readThroughBreaks = async (
  bus: Pick<Bus, 'health' | 'onHealth'>,
  read: () => Promise<unknown>,
  { wanted, failed }: { wanted: () => boolean; failed: (error: unknown) => void },
): Promise<() => void> => {
  const look = (): Promise<unknown> => whenReachable(bus, read, wanted);
  const stop = bus.onHealth(({ ready }) => void (ready && look().catch((error: unknown) => void (bus.health.closed || failed(error)))));
  try {
    await look();
    return stop;
  } catch (error) {
    stop();
    throw error;
  }
};
