const CONFLICT_FIRST = 1;
const CONFLICT_MAX = 100;

/** Milliseconds before the log is folded again after a lost race; `random`: 0 to 1. */
export const conflictPause = (lost: number, random: number): number =>
  Math.min(CONFLICT_MAX, CONFLICT_FIRST * 2 ** lost) * (0.5 + random / 2);

const AGAIN_FIRST = 100;
const AGAIN_MAX = 30_000;

/** Milliseconds after which an input that could not be dealt with comes again. */
export const againDelay = (deliveries: number): number => Math.min(AGAIN_MAX, AGAIN_FIRST * 2 ** Math.min(deliveries - 1, 16));
