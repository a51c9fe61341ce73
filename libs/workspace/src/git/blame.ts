import type { MarkFacts } from './git-facts.js';
import { runGit } from './run-git.js';

/** What is asked at most: files, lines of one, and milliseconds in all. */
const FILES = 300;
const LINES = 50;
const PATIENCE = 15_000;
const AT_ONCE = 2;

const MAX_AUTHOR = 100;

const parse = (porcelain: string): MarkFacts[] => {
  const marks: MarkFacts[] = [];
  let open: MarkFacts | undefined;
  for (const line of porcelain.split('\n')) {
    const head = /^([0-9a-f]{40,64}) \d+ (\d+)/.exec(line);
    if (head !== null) open = /^0+$/.test(head[1]!) ? undefined : { line: Number(head[2]), author: '', time: 0 };
    else if (open === undefined) continue;
    else if (line.startsWith('author ')) open.author = line.slice(7, 7 + MAX_AUTHOR);
    else if (line.startsWith('author-time ')) open.time = Number(line.slice(12));
    else if (line.startsWith('\t')) marks.push(open);
  }
  return marks;
};

/** Who wrote certain lines, and when; of files that git does not know, and of lines not committed yet, nothing. Bounded: the rest is left out. */
export const readBlame = async (
  folder: string,
  wanted: ReadonlyMap<string, readonly number[]>,
  signal?: AbortSignal,
): Promise<Record<string, MarkFacts[]>> => {
  const late = AbortSignal.timeout(PATIENCE);
  const stop = signal === undefined ? late : AbortSignal.any([signal, late]);
  const waiting = [...wanted]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, FILES)
    .values();
  const found = new Map<string, MarkFacts[]>();
  const work = async (): Promise<void> => {
    for (const [path, lines] of waiting) {
      if (stop.aborted) return;
      const ranges = lines.slice(0, LINES).flatMap((line) => ['-L', `${line},${line}`]);
      const told = await runGit(folder, ['blame', '--no-textconv', '--line-porcelain', ...ranges, '--', path], stop);
      const marks = told === undefined ? [] : parse(told);
      if (marks.length > 0) found.set(path, marks);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
};
