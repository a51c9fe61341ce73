export interface EventuallyOptions {
  /** Milliseconds until it fails; default 15 s, for a busy machine. */
  timeout?: number;
  /** Milliseconds between looks; default 10. */
  every?: number;
}

/**
 * Calls `look` until it returns something other than false or undefined without throwing, and resolves with that.
 * Rejects with the last error, or says what was last seen.
 */
export const eventually = async <T>(
  look: () => T | Promise<T>,
  { timeout = 15_000, every = 10 }: EventuallyOptions = {},
): Promise<Exclude<T, false | undefined>> => {
  const until = performance.now() + timeout;
  for (;;) {
    let last: unknown;
    try {
      const seen = await look();
      if (seen !== false && seen !== undefined) return seen as Exclude<T, false | undefined>;
      last = new Error(`not so within ${timeout} ms: ${String(look)}`);
    } catch (error) {
      last = error;
    }
    if (performance.now() >= until) throw last;
    await new Promise((resolve) => setTimeout(resolve, every));
  }
};
