import { setTimeout as sleep } from 'node:timers/promises';

/** A replica of the broker that lags behind may not know yet what is stored: looked for again so many milliseconds later each. */
export const LOOK_AGAIN: readonly number[] = [10, 50, 250, 1_000];

/** What is read; undefined only where it is not known after several looks, for who asks was told that it is stored. */
export const lookedFor = async <T>(read: () => Promise<T | undefined>): Promise<T | undefined> => {
  for (const lag of LOOK_AGAIN) {
    const found = await read();
    if (found !== undefined) return found;
    await sleep(lag);
  }
  return read();
};
