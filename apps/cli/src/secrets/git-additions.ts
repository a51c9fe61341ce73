import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { WaggleError } from '@waggle/protocol';

/** Lines that a commit added to a file. */
export interface Addition {
  commit: string;
  /** In ISO 8601. */
  time: string;
  path: string;
  /** With the number that each had in the file then. */
  lines: { number: number; text: string }[];
}

export interface HistoryBounds {
  /** Commits, the newest first. */
  commits: number;
  /** Characters that git may write in all. */
  characters: number;
  signal: AbortSignal;
}

/** Longest line that is looked at, and characters of one file in one commit. */
const MAX_LINE = 5_000;
const MAX_FILE = 1_000_000;

const HEAD = /^commit:([0-9a-f]{40,64}) (\S+)$/;

/** Neither settings of the repository nor of the user decide what runs: no pager, no programs that show or convert differences. */
const log = (commits: number): string[] => [
  '--no-pager',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.quotePath=false',
  'log',
  '--all',
  `--max-count=${commits}`,
  '--format=commit:%H %aI',
  '--patch',
  '--unified=0',
  '--no-color',
  '--no-prefix',
  '--no-renames',
  '--no-ext-diff',
  '--no-textconv',
  '--diff-filter=AM',
  '--end-of-options',
];

/**
 * What the commits of a repository added, the newest commit first; `BAD_USAGE` where git cannot tell. Ends early, and
 * says so by returning true, when the bounds were met.
 */
export async function* gitAdditions(folder: string, { commits, characters, signal }: HistoryBounds): AsyncGenerator<Addition, boolean> {
  const child = spawn('git', ['-C', folder, ...log(commits)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' },
    signal,
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  ended.catch(() => undefined);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = `${complaint}${text}`.slice(0, 500)));
  let head = { commit: '', time: '' };
  let open: Addition | undefined;
  let size = 0;
  let number = 0;
  let total = 0;
  let seen = 0;
  try {
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
      total += line.length + 1;
      if (total > characters) return true;
      const start = HEAD.exec(line);
      if (start !== null || line.startsWith('diff --git ')) {
        if (open !== undefined && open.lines.length > 0) yield open;
        open = undefined;
        if (start !== null) {
          head = { commit: start[1]!, time: start[2]! };
          seen++;
        }
      } else if (line.startsWith('+++ ') && open === undefined) {
        open = { ...head, path: line.slice(4).replace(/\t$/, ''), lines: [] };
        size = 0;
      } else if (line.startsWith('@@ ')) {
        number = Number(/^@@ -\S+ \+(\d+)/.exec(line)?.[1] ?? 1);
      } else if (line.startsWith('+') && open !== undefined) {
        size += line.length;
        if (line.length <= MAX_LINE && size <= MAX_FILE) open.lines.push({ number, text: line.slice(1) });
        number++;
      }
    }
    const [code] = await ended;
    if (code !== 0) throw new WaggleError('BAD_USAGE', `git cannot tell the history of ${folder}: ${complaint.trim()}`, { path: 'path' });
    if (open !== undefined && open.lines.length > 0) yield open;
    return seen >= commits;
  } catch (error) {
    if (error instanceof WaggleError || signal.aborted) throw error;
    throw new WaggleError('BAD_USAGE', `git cannot be asked about ${folder}`, { path: 'path', cause: error });
  } finally {
    child.kill();
  }
}
