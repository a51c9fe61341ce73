/** Chance that can be had again: the same seed and name give the same numbers. */
import { createHash } from 'node:crypto';

/** `real()` in [0, 1), `whole(n)` in 0..n-1, `pick(list)`. */
export const chance = (seed, name) => {
  let state = createHash('sha256').update(`${seed}:${name}`).digest().readUInt32LE();
  const real = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (n) => Math.floor(real() * n);
  return { real, whole, pick: (list) => list[whole(list.length)] };
};
