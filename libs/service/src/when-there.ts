import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '@waggle/protocol';
import type { ServiceConfig } from './service-config.js';

const FIRST_DELAY = 100;
const RETRY_MAX = 5_000;
/** Not there yet, or on its way back: worth waiting for at start. */
const WAITED_FOR = ['BUS_UNREACHABLE', 'BUS_TIMEOUT', 'NOT_PROVISIONED'];

/**
 * Attempts something again, ever less often up to every 5 s, while the broker, or what is made on it, is not there yet.
 * Fails with whatever else goes wrong, with the last reason when `startTimeout` is over, and when the start is called off.
 * `waits` is told the reason and the milliseconds to the next attempt.
 */
export const whenThere = async <T>(
  attempt: () => Promise<T>,
  { startTimeout = Infinity, signal }: Pick<ServiceConfig, 'startTimeout' | 'signal'>,
  waits: (error: Error, delay: number) => void,
): Promise<T> => {
  const until = performance.now() + startTimeout;
  for (let delay = FIRST_DELAY; ; delay = Math.min(delay * 2, RETRY_MAX)) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!WAITED_FOR.includes(codeOf(error) ?? '') || performance.now() + delay > until) throw error;
      waits(error as Error, delay);
      await sleep(delay, undefined, { signal });
    }
  }
};
