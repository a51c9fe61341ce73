import { parseDuration } from '@waggle/protocol';

/** Milliseconds that an input asks to be kept waiting; 0 when it does not. `INVALID_DURATION` when it is no duration. */
export const delayOf = (input: unknown): number => {
  const { delay } = (typeof input === 'object' && input !== null ? input : {}) as { delay?: string | number };
  return delay === undefined ? 0 : parseDuration(delay);
};
