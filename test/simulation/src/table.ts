import { readFile, writeFile } from 'node:fs/promises';

export interface Caught {
  name: string;
  title: string;
  invariant: string;
  /** Until it was caught; 0: it was not. */
  seeds: number;
  /** What was seen. */
  what: string;
}

const PAGE = 'docs/reliability.md';
const BEGIN = '<!-- planted mistakes: written by `npm run simulate -- --bugs --write` -->';
const END = '<!-- end of planted mistakes -->';

const cell = (text: string): string => text.replaceAll('|', '\\|');
/** Ids differ from run to run of the engine; what is said of them does not. */
const shown = (what: string): string => (what.length > 90 ? `${what.slice(0, 87)}…` : what);

const padded = (rows: string[][]): string => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: string[]): string => `| ${row.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...rest] = rows as [string[], ...string[][]];
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest.map(line)].join('\n');
};

/** Writes the table of planted mistakes between its two marks. */
export const writeTable = async (caught: readonly Caught[]): Promise<void> => {
  const page = await readFile(PAGE, 'utf8');
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${PAGE} has no place for the table`);
  const rows = caught.map(({ name, title, invariant, seeds, what }) => [
    `\`${name}\``,
    cell(title),
    invariant,
    seeds === 0 ? 'not caught' : String(seeds),
    cell(shown(what)),
  ]);
  const table = padded([['`--bug`', 'mistake', 'caught by', 'seeds', 'seen as'], ...rows]);
  await writeFile(PAGE, `${page.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${page.slice(end)}`);
};
