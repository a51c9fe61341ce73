import {
  CloneFinder,
  FindingList,
  isTestData,
  isTestFile,
  languageOf,
  splitLines,
  tokenize,
  unjudgedForm,
  type Clone,
  type CloneSide,
  type Finding,
  type Language,
  type RelatedPlace,
} from '@waggle/analysis';
import type { Severity } from '@waggle/protocol';
import { SPECIALIST } from './analyze-file.js';
import { effortOf } from './effort.js';
import { RULES } from './rules.js';

/** Tokens compared at most: what bounds the memory, to about 200 MB. */
const MAX_TOKENS = 10_000_000;

/** A copy shorter than this is not worth a finding. */
const MIN_LINES = 5;

/** Other copies that a finding names at most. */
const MAX_RELATED = 8;

/** Files that are compared with one another. */
interface Family {
  exact: CloneFinder;
  renamed: CloneFinder;
  paths: string[];
}

interface Lines {
  file: string;
  line: number;
  endLine: number;
}

export interface Group {
  original: Lines;
  copies: (Lines & { tokens: number })[];
  /** Whether variables have other names in the copies. */
  renamed: boolean;
}

/** Languages whose code is copied from one into the other. */
const FAMILIES: Partial<Record<Language, string>> = { typescript: 'ecmascript', tsx: 'ecmascript', javascript: 'ecmascript', cpp: 'c' };

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
  private readonly families = new Map<string, Family>();

  add(path: string, text: string): void {
    const language = languageOf(path);
    if (language === undefined || isTestData(path) || unjudgedForm(path, text) !== undefined) return;
    const cut = tokenize(language, text);
    if (this.tokens + cut.hashes.length > MAX_TOKENS) {
      this.left.push(path);
      return;
    }
    this.tokens += cut.hashes.length;
    this.files++;
    const name = FAMILIES[language] ?? language;
    let family = this.families.get(name);
    if (family === undefined)
      this.families.set(name, (family = { exact: new CloneFinder(), renamed: new CloneFinder('renamed'), paths: [] }));
    family.paths.push(path);
    family.exact.add(cut);
    family.renamed.add(cut);
  }

  /** What stands more than once, each original with all its copies. */
  groups(): Group[] {
    const groups = new Map<string, Group>();
    for (const { exact, renamed, paths } of this.families.values()) {
      const covered = new Coverage();
      for (const clone of exact.clones) {
        const copy = collect(groups, clone, { finder: exact, paths });
        if (copy !== undefined) covered.add(copy);
      }
      for (const clone of renamed.clones) {
        const copy = linesOf(clone.second, { finder: renamed, paths });
        if (clone.renamed && !covered.holds(copy)) collect(groups, clone, { finder: renamed, paths });
      }
    }
    return [...groups.values()];
  }
}

/** Lines that are known to be copies. */
class Coverage {
  private readonly spans = new Map<string, Lines[]>();

  add(lines: Lines): void {
    this.spans.set(lines.file, [...(this.spans.get(lines.file) ?? []), lines]);
  }

  /** Whether half of some lines or more are known. */
  holds({ file, line, endLine }: Lines): boolean {
    const shared = (this.spans.get(file) ?? []).reduce(
      (sum, span) => sum + Math.max(0, Math.min(endLine, span.endLine) - Math.max(line, span.line) + 1),
      0,
    );
    return shared * 2 >= endLine - line + 1;
  }
}

interface Found {
  finder: CloneFinder;
  paths: readonly string[];
}

const linesOf = (side: CloneSide, { finder, paths }: Found): Lines => ({ file: paths[side.file]!, ...finder.linesOf(side) });

/** Adds a clone to those of its original; undefined when it is too short to be worth it. */
const collect = (groups: Map<string, Group>, clone: Clone, found: Found): Lines | undefined => {
  const original = linesOf(clone.first, found);
  const copy = { ...linesOf(clone.second, found), tokens: clone.tokens };
  if (copy.endLine - copy.line + 1 < MIN_LINES || original.endLine - original.line + 1 < MIN_LINES) return undefined;
  const key = `${original.file}\n${original.line}\n${original.endLine}\n${clone.renamed}`;
  const group = groups.get(key);
  if (group === undefined) groups.set(key, { original, copies: [copy], renamed: clone.renamed });
  else group.copies.push(copy);
  return copy;
};

/** Below this many tokens a likeness of form is often chance. */
const SMALL = 100;

const severityOf = (
  { lines, tokens, renamed }: { lines: number; tokens: number; renamed: boolean },
  paths: readonly string[],
): Severity => {
  if (paths.some(isTestFile) || (renamed && tokens < SMALL)) return 'info';
  return lines >= 50 ? 'medium' : 'low';
};

/** One finding for an original and its copies. `text` is the original's file. */
export const duplicateFinding = ({ original, copies, renamed }: Group, text: string): Finding => {
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
    message: `These ${count} lines (${tokens} tokens) stand ${elsewhere}${renamed ? ', with variables renamed' : ''}.`,
    subject: lines.slice(original.line - 1, original.endLine).join('\n'),
    severity: severityOf({ lines: count, tokens, renamed }, [original.file, ...copies.map((copy) => copy.file)]),
    metrics: [
      { name: 'lines', value: count },
      { name: 'tokens', value: tokens, limit: 50 },
      { name: 'copies', value: copies.length },
    ],
    related,
    effort: effortOf(RULES.duplication, { over: count * copies.length }),
    ...(renamed ? { confidence: 'medium' } : {}),
  });
  return list.findings[0]!;
};
