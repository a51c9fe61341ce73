/** Calls `work(0 … count-1)`, at most `width` at once; ends with the first error, after those under way. */
export const inParallel = async (count: number, width: number, work: (n: number) => Promise<unknown>): Promise<void> => {
  let next = 0;
  let failed = false;
  const lane = async (): Promise<void> => {
    while (next < count && !failed) {
      try {
        await work(next++);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(width, count) }, lane));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
};
