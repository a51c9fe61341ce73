import { parseIsoTime } from '../iso-time.js';

const TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** A point in time as it travels: RFC 3339 with its offset (we write UTC, `Z`), a day that exists, no leap second. */
export const isTime = (value: unknown): value is string => {
  if (typeof value !== 'string' || value.length > 40) return false;
  const match = TIME.exec(value);
  if (!match || Number.isNaN(parseIsoTime(value))) return false;
  return Number(match[3]) <= 28 || Number(match[3]) <= daysIn(Number(match[1]), Number(match[2]));
};

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();
