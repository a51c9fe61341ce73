import { createHash } from 'node:crypto';
import { WaggleError } from '@waggle/protocol';
import { readBlame } from './blame.js';
import { readChanges } from './changes.js';
import type { GitFacts } from './git-facts.js';
import { runGit } from './run-git.js';

const YEAR = 365 * 86_400;
const COMMITS = 2000;

export interface GitQuestion {
  /** Files, and of those that hold marks of unfinished work the lines. */
  marks: ReadonlyMap<string, readonly number[]>;
  /** A commit, branch or tag: what changed since then is told. */
  since?: string;
  signal?: AbortSignal;
}

const readChurn = async (folder: string, time: number, signal?: AbortSignal): Promise<Record<string, number>> => {
  const args = [
    'log',
    '--no-merges',
    '--no-renames',
    `--max-count=${COMMITS}`,
    `--since=${time - YEAR}`,
    '--format=',
    '--name-only',
    '-z',
    '--relative',
    'HEAD',
    '--',
    '.',
  ];
  const churn: Record<string, number> = Object.create(null) as Record<string, number>;
  for (const path of ((await runGit(folder, args, signal)) ?? '').split('\0')) {
    const name = path.replace(/^\n+/, '');
    if (name !== '') churn[name] = (churn[name] ?? 0) + 1;
  }
  return { ...churn };
};

/** What git knows of a folder; undefined where it is no part of a repository with a commit, or git is not there. `BAD_USAGE` where `since` is no commit. */
export const readGit = async (folder: string, { marks, since, signal }: GitQuestion): Promise<GitFacts | undefined> => {
  const [head, stamp] = ((await runGit(folder, ['log', '-1', '--format=%H %ct', 'HEAD'], signal)) ?? '').trim().split(' ');
  if (head === undefined || stamp === undefined) {
    if (since !== undefined)
      throw new WaggleError('BAD_USAGE', `since ${since}: the folder is in no git repository with a commit`, { path: 'since' });
    return undefined;
  }
  const time = Number(stamp);
  const [churn, blamed, changed] = await Promise.all([
    readChurn(folder, time, signal),
    readBlame(folder, marks, signal),
    since === undefined ? undefined : readChanges(folder, since, signal),
  ]);
  return { head, time, churn, marks: blamed, ...(changed === undefined ? {} : { changed }) };
};

/** An address without what is secret in it or changes with the way it is reached. */
const plainAddress = (url: string): string =>
  url
    .trim()
    .replace(/^[a-z+]+:\/\//i, '')
    .replace(/^[^@/]*@/, '')
    .replace(':', '/')
    .replace(/\.git\/?$/, '')
    .toLowerCase();

/**
 * What a repository is known by from one run to the next: its address and the folder's place in it, else its first
 * commit. Hashed, so that it tells nobody either. Undefined where there is none.
 */
export const identityOf = async (folder: string, signal?: AbortSignal): Promise<string | undefined> => {
  const prefix = await runGit(folder, ['rev-parse', '--show-prefix'], signal);
  if (prefix === undefined) return undefined;
  const url = await runGit(folder, ['config', '--get', 'remote.origin.url'], signal);
  const known =
    url !== undefined && url.trim() !== ''
      ? plainAddress(url)
      : (await runGit(folder, ['rev-list', '--max-parents=0', 'HEAD'], signal))?.trim().split('\n').at(-1);
  if (known === undefined) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([known, prefix.trim()]))
    .digest('hex')
    .slice(0, 32);
};
