/** Most lines and characters of code that a finding shows. */
const MAX_LINES = 12;
const MAX_WIDTH = 240;

/** Lines of a text, without their ends. */
export const splitLines = (text: string): string[] => text.split(/\r\n|\n|\r/);

/** A part of a file, as it is shown beside a finding. */
export interface Excerpt {
  /** Number of the first line, from 1. */
  from: number;
  /** Lines, each cut to a length that can be shown. */
  lines: string[];
}

/** The lines around a place, `context` before and after; of a long place its beginning. */
export const excerpt = (lines: readonly string[], place: { line: number; endLine: number }, context = 2): Excerpt => {
  const from = Math.max(1, place.line - context);
  const to = Math.min(lines.length, place.endLine + context, from + MAX_LINES - 1);
  return { from, lines: lines.slice(from - 1, to).map((line) => (line.length > MAX_WIDTH ? `${line.slice(0, MAX_WIDTH)} …` : line)) };
};
