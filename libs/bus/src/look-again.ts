/** A replica of the broker that lags behind may not know yet what is stored: looked for again so many milliseconds later each. */
export const LOOK_AGAIN: readonly number[] = [10, 50, 250, 1_000];
