/** A part from 0 to 1 as a bar of that many signs. */
export const bar = (fraction: number, width = 20): string => {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
};
