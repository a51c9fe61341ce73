/** Works on all items, at most `width` at once. Ends with the first error, once what is under way has ended. */
export const inParallel = async <T>(items: readonly T[], width: number, work: (item: T) => Promise<unknown>): Promise<void> => {
  if (items.length === 0) return;
  if (items.length === 1) {
    await work(items[0]!);
    return;
  }
  let next = 0;
  let failure: { error: unknown } | undefined;
  const runner = async (): Promise<void> => {
    while (next < items.length && failure === undefined) {
      try {
        await work(items[next++]!);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, runner));
  if (failure !== undefined) throw failure.error;
};
