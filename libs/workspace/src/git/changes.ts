import { WaggleError } from '@waggle/protocol';
import type { GitFacts, LineRange } from './git-facts.js';
import { runGit } from './run-git.js';

/** All of a file. */
const WHOLE: LineRange = [1, Number.MAX_SAFE_INTEGER];

const unquoted = (path: string): string => {
  if (!path.startsWith('"')) return path;
  const bytes = path
    .slice(1, -1)
    .replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
      /^[0-7]{3}$/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : ({ t: '\t', n: '\n', r: '\r' }[code] ?? code),
    );
  return Buffer.from(bytes, 'latin1').toString('utf8');
};

const parse = (diff: string): Map<string, LineRange[]> => {
  const files = new Map<string, LineRange[]>();
  let open: LineRange[] | undefined;
  for (const line of diff.split('\n')) {
    if (line.startsWith('+++ ')) {
      const path = unquoted(line.slice(4).replace(/\t$/, ''));
      open = path === '/dev/null' ? undefined : [];
      if (open !== undefined) files.set(path, open);
      continue;
    }
    const hunk = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk === null || open === undefined) continue;
    const [from, count] = [Number(hunk[1]), Number(hunk[2] ?? 1)];
    // where lines were only taken away, what stands around the place changed
    open.push(count === 0 ? [Math.max(1, from), from + 1] : [from, from + count - 1]);
  }
  return files;
};

/** What a work tree differs in from a commit, what is not committed and what is new to git among it. `BAD_USAGE` where there is no such commit. */
export const readChanges = async (folder: string, since: string, signal?: AbortSignal): Promise<NonNullable<GitFacts['changed']>> => {
  const refuse = (why: string): WaggleError => new WaggleError('BAD_USAGE', `since ${since}: ${why}`, { path: 'since' });
  if (since.startsWith('-')) throw refuse('this is no name of a commit');
  const commit = (await runGit(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${since}^{commit}`], signal))?.trim();
  if (commit === undefined) throw refuse('git knows no such commit');
  const [diff, fresh] = await Promise.all([
    runGit(
      folder,
      [
        'diff',
        '--unified=0',
        '--no-color',
        '--no-ext-diff',
        '--no-textconv',
        '--no-prefix',
        '--no-renames',
        '--relative',
        commit,
        '--',
        '.',
      ],
      signal,
    ),
    runGit(folder, ['ls-files', '--others', '--exclude-standard', '-z', '--', '.'], signal),
  ]);
  if (diff === undefined || fresh === undefined) throw refuse('git could not tell what changed, or not in time');
  const files = parse(diff);
  for (const path of fresh.split('\0')) if (path !== '') files.set(path, [WHOLE]);
  return { since: commit, files: Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1))) };
};
