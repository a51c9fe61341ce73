import { createContext, Script } from 'node:vm';

/** What the work came to; `late` when it was broken off. */
export type Bounded<T> = { value: T } | 'late';

const box: { work?: () => unknown } = createContext({});
const script = new Script('work()');

/**
 * Does some work, broken off after so many milliseconds: patterns of others may take for ever on a text, and nothing else
 * stops one that is being tried. What the work throws is thrown. Not to be nested, and not for work that waits.
 */
export const withinTime = <T>(milliseconds: number, work: () => T): Bounded<T> => {
  box.work = work;
  try {
    return { value: script.runInContext(box, { timeout: milliseconds }) as T };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'late';
    throw error;
  } finally {
    delete box.work;
  }
};
