/** How other commands tell the process of a mesh that who may come in has changed. */
export const CHANGED = 'SIGUSR2';

export interface Changes {
  /** Who answers them: those that came before as well. One after another, the last one never missed. */
  answer(work: () => Promise<void>): void;
  /** None is answered any more; resolves when the last one was. */
  end(): Promise<void>;
  /** Nobody tells this process of any. */
  stop(): void;
}

/** Hears of changes from now on. */
export const hearChanges = (): Changes => {
  let answer!: (work: () => Promise<void>) => void;
  const answering = new Promise<() => Promise<void>>((resolve) => (answer = resolve));
  let ended = false;
  let last: Promise<void> = Promise.resolve();
  const changed = (): void => {
    if (!ended) last = last.then(async () => (await answering)()).catch(() => undefined);
  };
  process.on(CHANGED, changed);
  return {
    answer,
    end: () => {
      ended = true;
      // where nobody answered yet, nobody will
      answer(async () => undefined);
      return last;
    },
    stop: () => void process.off(CHANGED, changed),
  };
};
