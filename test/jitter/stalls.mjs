/** How long something stands still, in milliseconds: most often for a moment, one time in twenty for up to a second. */
export const stall = (scale) => {
  const kind = Math.random();
  const [least, most] = kind < 0.7 ? [5, 50] : kind < 0.95 ? [50, 300] : [300, 1_000];
  return scale * (least + Math.random() * (most - least));
};

/** Milliseconds until the next time. */
export const untilNext = () => 20 - Math.log(1 - Math.random()) * 300;
