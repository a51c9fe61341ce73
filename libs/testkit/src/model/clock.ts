/** Time as the model knows it: the machine's, or a simulation's own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Has work done after so many milliseconds; the answer calls it off. */
  after(millis: number, work: () => void): () => void;
}

/** The machine's time. */
export const machineClock: Clock = {
  now: () => Date.now(),
  after: (millis, work) => {
    const timer = setTimeout(work, Math.max(0, Math.ceil(millis)));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
