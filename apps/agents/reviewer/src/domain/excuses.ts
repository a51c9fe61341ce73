import { FindingList, isTestFile, type Excuse, type ExcusedFinding, type Finding, type RuleInfo } from '@waggle/analysis';
import { type Baseline, BASELINE_FILE } from './baseline.js';

export const SPECIALIST = 'reviewer';

const rule = (info: Omit<RuleInfo, 'category' | 'severity'>): RuleInfo => ({ ...info, category: 'debt', severity: 'info' });

/** What the reviewer itself finds. */
export const EXCUSE_RULES = {
  unused: rule({
    id: 'review/unused-excuse',
    title: 'Excuse that excuses nothing',
    why: 'What it excused is gone; left standing, it will silence something new one day.',
    remedy: 'Take it away.',
  }),
  noReason: rule({
    id: 'review/excuse-without-reason',
    title: 'Excuse without a reason',
    why: 'Whoever reads it later cannot tell whether the reason still holds, so it excuses nothing.',
    remedy: 'Write after the rule why the finding is right to stay.',
  }),
} as const;

export interface Judged {
  /** What stands. */
  findings: Finding[];
  excused: ExcusedFinding[];
}

/** Rules about a file as a whole: their excuse may stand anywhere in it. */
const OF_FILES = new Set(['debt/long-file', 'debt/untested']);

const covers = (excuse: Excuse, finding: Finding): boolean => {
  if (excuse.file !== finding.file) return false;
  if (excuse.rule === finding.rule) return OF_FILES.has(finding.rule) || excuse.target === finding.line;
  return excuse.rule.endsWith('*') && excuse.target === finding.line && finding.rule.startsWith(excuse.rule.slice(0, -1));
};

const ofExcuse = (info: RuleInfo, { file, line, rule: named, reason }: Excuse): Finding => {
  const list = new FindingList(SPECIALIST, file, []);
  const message =
    info === EXCUSE_RULES.unused
      ? `This excuse of \`${named}\` excuses nothing.`
      : `This excuse of \`${named}\` gives no reason, so it does not count.`;
  list.add({ rule: info, place: { line, endLine: line, column: 1, endColumn: 1 }, message, subject: `${named} ${reason}`, effort: 0.25 });
  return list.findings[0]!;
};

const ofBaseline = (ids: readonly string[]): Finding => {
  const list = new FindingList(SPECIALIST, BASELINE_FILE, []);
  const shown = ids.slice(0, 5).join(', ');
  list.add({
    rule: EXCUSE_RULES.unused,
    place: { line: 1, endLine: 1, column: 1, endColumn: 1 },
    message: `${ids.length} ${ids.length === 1 ? 'entry' : 'entries'} of the baseline ${ids.length === 1 ? 'excuses' : 'excuse'} nothing: ${shown}${ids.length > 5 ? ' …' : ''}.`,
    subject: BASELINE_FILE,
    effort: 0.25,
  });
  return list.findings[0]!;
};

const byIdOf = (findings: readonly Finding[]): Map<string, Finding[]> => {
  const files = new Map<string, Finding[]>();
  for (const finding of findings) files.set(finding.file, [...(files.get(finding.file) ?? []), finding]);
  return files;
};

/**
 * Takes out what comments and the baseline excuse, and adds a finding for every excuse that excuses nothing or gives no
 * reason. `partial`: not everything was looked at, so nothing can be said of excuses that were not needed.
 */
export const judge = (
  findings: readonly Finding[],
  { excuses, baseline, partial }: { excuses: readonly Excuse[]; baseline: Baseline; partial: boolean },
): Judged => {
  const excused = new Map<string, ExcusedFinding>();
  const own: Finding[] = [];
  const inFile = byIdOf(findings);
  const excuse = ({ id, rule: of, severity, file, line }: Finding, by: ExcusedFinding['by'], reason: string): void => {
    if (!excused.has(id)) excused.set(id, { id, rule: of, severity, file, line, by, reason });
  };
  for (const each of excuses) {
    if (each.reason === '') {
      own.push(ofExcuse(EXCUSE_RULES.noReason, each));
      continue;
    }
    const covered = (inFile.get(each.file) ?? []).filter((finding) => covers(each, finding));
    for (const finding of covered) excuse(finding, 'comment', each.reason);
    if (covered.length === 0 && !partial && !isTestFile(each.file)) own.push(ofExcuse(EXCUSE_RULES.unused, each));
  }
  const present = new Set(findings.map(({ id }) => id));
  for (const finding of findings) {
    const entry = baseline.get(finding.id);
    if (entry !== undefined) excuse(finding, 'baseline', entry);
  }
  const left = [...baseline.keys()].filter((id) => !present.has(id)).sort();
  if (left.length > 0 && !partial) own.push(ofBaseline(left));
  return {
    findings: [...findings.filter(({ id }) => !excused.has(id)), ...own],
    excused: [...excused.values()].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || (a.id < b.id ? -1 : 1))),
  };
};
