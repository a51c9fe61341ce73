import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A message as an older version had stored it. */
export interface Recorded {
  stream: string;
  sequence: number;
  subject: string;
  time: string;
  body: string;
}

export const recordings = (): string[] => readdirSync(__dirname).filter((file) => file.endsWith('.jsonl'));

export const readRecording = (file: string): Recorded[] =>
  readFileSync(path.join(__dirname, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded);

const WEEK = 7 * 86_400_000;

/** The same, as if it had been stored just now: every time in it, whether a number or a text, is later by as much. */
export const asOfNow = (messages: readonly Recorded[]): Recorded[] => {
  const times = messages.map(({ time }) => Date.parse(time));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const later = Date.now() - last;
  const isTime = (at: number): boolean => at >= first - WEEK && at <= last + WEEK;
  const shift = (value: unknown): unknown => {
    if (typeof value === 'number') return isTime(value) ? value + later : value;
    if (typeof value === 'string') {
      const at = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? Date.parse(value) : NaN;
      return isTime(at) ? new Date(at + later).toISOString() : value;
    }
    if (Array.isArray(value)) return value.map(shift);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shift(each)]));
  };
  return messages.map((message) => ({ ...message, body: JSON.stringify(shift(JSON.parse(message.body))) }));
};
