import {
  CloneFinder,
  FindingList,
  isGenerated,
  isTestFile,
  languageOf,
  splitLines,
  tokenize,
  type Clone,
  type Finding,
  type Language,
  type RelatedPlace,
} from '@waggle/analysis';
import type { Severity } from '@waggle/protocol';
import { SPECIALIST } from './analyze-file.js';
import { RULES } from './rules.js';

/** Tokens compared at most: what bounds the memory, to about 200 MB. */
const MAX_TOKENS = 10_000_000;

/** A copy shorter than this is not worth a finding. */
const MIN_LINES = 5;

/** Other copies that a finding names at most. */
const MAX_RELATED = 8;

/** Files that are compared with one another. */
interface Family {
  finder: CloneFinder;
  paths: string[];
}

export interface Group {
  original: { file: string; line: number; endLine: number };
  copies: { file: string; line: number; endLine: number; tokens: number }[];
}

/**
 * Finds code that stands twice, over all files of a workspace: a copy may lie in any of them. Add the files in the
 * order of their paths; the result depends on that order alone.
 */
export class DuplicateSearch {
  /** Files compared. */
  files = 0;
  /** Files left out because there was too much to compare. */
  readonly left: string[] = [];
  private tokens = 0;
  private readonly finders = new Map<Language | 'ecmascript', Family>();

  add(path: string, text: string): void {
    const language = languageOf(path);
    if (language === undefined || isGenerated(path, text)) return;
    const cut = tokenize(language, text);
    if (this.tokens + cut.hashes.length > MAX_TOKENS) {
      this.left.push(path);
      return;
    }
    this.tokens += cut.hashes.length;
    this.files++;
    const family = language === 'python' ? language : 'ecmascript';
    let entry = this.finders.get(family);
    if (entry === undefined) this.finders.set(family, (entry = { finder: new CloneFinder(), paths: [] }));
    entry.paths.push(path);
    entry.finder.add(cut);
  }

  /** What stands more than once, each original with all its copies. */
  groups(): Group[] {
    const groups = new Map<string, Group>();
    for (const family of this.finders.values()) for (const clone of family.finder.clones) collect(groups, clone, family);
    return [...groups.values()];
  }
}

const collect = (groups: Map<string, Group>, clone: Clone, { finder, paths }: Family): void => {
  const original = { file: paths[clone.first.file]!, ...finder.linesOf(clone.first) };
  const copy = { file: paths[clone.second.file]!, ...finder.linesOf(clone.second), tokens: clone.tokens };
  if (copy.endLine - copy.line + 1 < MIN_LINES || original.endLine - original.line + 1 < MIN_LINES) return;
  const key = `${original.file}\n${original.line}\n${original.endLine}`;
  const group = groups.get(key);
  if (group === undefined) groups.set(key, { original, copies: [copy] });
  else group.copies.push(copy);
};

const severityOf = (lines: number, paths: readonly string[]): Severity => {
  if (paths.some(isTestFile)) return 'info';
  return lines >= 50 ? 'medium' : 'low';
};

/** One finding for an original and its copies. `text` is the original's file. */
export const duplicateFinding = ({ original, copies }: Group, text: string): Finding => {
  const lines = splitLines(text);
  const count = original.endLine - original.line + 1;
  const tokens = Math.max(...copies.map((copy) => copy.tokens));
  const related: RelatedPlace[] = copies.slice(0, MAX_RELATED).map(({ file, line, endLine }) => ({ file, line, endLine }));
  const first = copies[0]!;
  const elsewhere =
    copies.length === 1 ? `again in ${first.file}:${first.line}` : `${copies.length} times more, first in ${first.file}:${first.line}`;
  const list = new FindingList(SPECIALIST, original.file, lines);
  list.add({
    rule: RULES.duplication,
    place: { line: original.line, endLine: original.endLine, column: 1, endColumn: (lines[original.endLine - 1]?.length ?? 0) + 1 },
    message: `These ${count} lines (${tokens} tokens) stand ${elsewhere}.`,
    subject: lines.slice(original.line - 1, original.endLine).join('\n'),
    severity: severityOf(count, [original.file, ...copies.map((copy) => copy.file)]),
    metrics: [
      { name: 'lines', value: count },
      { name: 'tokens', value: tokens, limit: 50 },
      { name: 'copies', value: copies.length },
    ],
    related,
  });
  return list.findings[0]!;
};
