import { createHash, randomBytes } from 'node:crypto';
import { findSecrets, secretRule } from '@waggle/analysis/secrets';
import { gitAdditions, type HistoryBounds } from './git-additions.js';

/** A secret that a commit brought in. The secret itself is not kept. */
export interface PastSecret {
  rule: string;
  path: string;
  line: number;
  /** The oldest commit seen that brought it in, and when. */
  commit: string;
  time: string;
  /** In how many commits it was seen to come in. */
  commits: number;
}

export interface HistorySearch {
  secrets: PastSecret[];
  /** Whether a bound was met, and older commits were not looked at. */
  cut: boolean;
}

/** Secrets that the commits of a repository brought in, each once, the oldest first. */
export const searchHistory = async (folder: string, bounds: HistoryBounds): Promise<HistorySearch> => {
  // Equal secrets are known by a sum that means nothing outside of this run.
  const salt = randomBytes(16);
  const found = new Map<string, PastSecret>();
  const additions = gitAdditions(folder, bounds);
  for (;;) {
    const { value, done } = await additions.next();
    if (done === true) return { secrets: [...found.values()].reverse(), cut: value };
    const text = value.lines.map((line) => line.text).join('\n');
    for (const { kind, place } of await findSecrets(value.path, text)) {
      const line = value.lines[place.line - 1]!;
      const secret = line.text.slice(place.column - 1, place.endLine === place.line ? place.endColumn - 1 : undefined);
      const key = createHash('sha256').update(salt).update(`${kind}\n${value.path}\n${secret}`).digest('hex');
      const { commit, time, path } = value;
      found.set(key, { rule: secretRule(kind).id, path, line: line.number, commit, time, commits: (found.get(key)?.commits ?? 0) + 1 });
    }
  }
};
