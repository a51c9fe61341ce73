type Undo = () => unknown;

const undos: Undo[] = [];

/** Has `undo` run after the tests of the file, last first; a test that forgets to stop something leaves nothing behind. */
export const cleanupLater = (undo: Undo): void => {
  undos.push(undo);
};

/** Undoes all that was asked for; every undo runs, whatever the others do. */
export const runCleanup = async (): Promise<void> => {
  for (let undo = undos.pop(); undo; undo = undos.pop()) {
    try {
      await undo();
    } catch {
      // one that fails must not keep the others from running
    }
  }
};

// Hooks can be added while a test file is loaded, not once its tests run: so here, not at the first `cleanupLater`.
// Outside of Jest there are none: a script calls `runCleanup` itself.
(globalThis as { afterAll?: (work: () => Promise<void>, timeout?: number) => void }).afterAll?.(runCleanup, 20_000);
