import { WaggleError } from './errors.js';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const WHOLE = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m(?!s))?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/;

/** Ten years: what is longer is a mistake. */
const LONGEST = 3_650 * UNITS.d;

/**
 * Milliseconds of a duration as people write it: whole numbers with their units from large to small, `6d`, `1h30m`,
 * `2m`, `30s`, `500ms`. A number is milliseconds already. At least 0, whole, at most ten years: else `INVALID_DURATION`.
 */
export const parseDuration = (value: string | number): number => {
  const total = typeof value === 'number' ? value : fromText(value);
  if (total === undefined || !Number.isInteger(total) || total < 0 || total > LONGEST) {
    throw new WaggleError('INVALID_DURATION', `${JSON.stringify(String(value).slice(0, 40))} is no duration.`);
  }
  return total;
};

const fromText = (text: unknown): number | undefined => {
  const match = typeof text === 'string' && text !== '' ? WHOLE.exec(text) : null;
  if (!match) return undefined;
  const [d, h, m, s, ms] = match.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number, number];
  return d * UNITS.d + h * UNITS.h + m * UNITS.m + s * UNITS.s + ms;
};

/** The shortest text that `parseDuration` reads back to the same number: `90000` -> `1m30s`. */
export const formatDuration = (milliseconds: number): string => {
  let rest = parseDuration(milliseconds);
  if (rest === 0) return '0ms';
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / UNITS[unit]);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * UNITS[unit];
  }
  return text;
};
