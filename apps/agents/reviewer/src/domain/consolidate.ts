import {
  gradeOf,
  maskFindings,
  NO_GRADE,
  scoreOf,
  worstFirst,
  type AuditReport,
  type DebtReport,
  type FileMetrics,
  type Finding,
  type ReportFinding,
  type RuleInfo,
  type SecurityReport,
  type SpecialistReport,
} from '@waggle/analysis';
import type { Entry, GitFacts } from '@waggle/workspace';
import type { Baseline } from './baseline.js';
import { compare, countsOf, effortOf, tally } from './counts.js';
import { EXCUSE_RULES, judge } from './excuses.js';
import { summarize } from './files.js';
import { inChangedLines } from './focus.js';
import { notAnalysed } from './not-analysed.js';
import { ranked } from './rank.js';

export interface ConsolidateSource {
  workspace: { root: string; manifest: string; bytes: number; ignored: number; entries: readonly Entry[]; git?: GitFacts };
  debt: readonly DebtReport[];
  security: readonly SecurityReport[];
  baseline?: Baseline;
}

/** Most findings of a report, the worst: what a reader's machine can open. The rest is counted. */
const MAX_FINDINGS = 20_000;

/** Any two of these are the same thing seen twice: by the same id, or one secret under two names. */
const withoutDoubles = (findings: readonly Finding[]): Finding[] => {
  const ids = new Set<string>();
  const secrets = new Set<string>();
  return [...findings].sort(worstFirst).filter((finding) => {
    if (ids.has(finding.id)) return false;
    ids.add(finding.id);
    if (!finding.rule.startsWith('security/secret/')) return true;
    const place = `${finding.file}\n${finding.line}`;
    if (secrets.has(place)) return false;
    secrets.add(place);
    return true;
  });
};

/** Each of some things once, by a key, in the key's order: a shard's report may come twice. */
const unique = <T>(items: readonly T[], key: (item: T) => string): T[] =>
  [...new Map(items.map((item) => [key(item), item])).entries()].sort(([a], [b]) => compare(a, b)).map(([, item]) => item);

const languagesOf = (metrics: readonly FileMetrics[]): AuditReport['languages'] => {
  const totals = new Map<string, { files: number; lines: number }>();
  for (const { language, lines } of metrics) {
    const total = totals.get(language) ?? { files: 0, lines: 0 };
    totals.set(language, { files: total.files + 1, lines: total.lines + lines });
  }
  return [...totals]
    .map(([language, total]) => ({ language, ...total }))
    .sort((a, b) => compare(b.lines, a.lines) || compare(a.language, b.language));
};

/** Seconds. */
const DAY = 86_400;

const dateOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** Who left work undone, and when, as far as git told. */
const authorOf = ({ rule, file, line }: Finding, git: GitFacts | undefined): Pick<ReportFinding, 'author' | 'since' | 'age'> => {
  if (rule !== 'debt/todo' || git === undefined || !Object.hasOwn(git.marks, file)) return {};
  const mark = git.marks[file]!.find((each) => each.line === line);
  return mark === undefined
    ? {}
    : { author: mark.author, since: dateOf(mark.time), age: Math.max(0, Math.floor((git.time - mark.time) / DAY)) };
};

const lost = (reports: readonly SpecialistReport[]): number => reports.reduce((sum, report) => sum + report.omitted, 0);

/** Merges what the specialists say into one report. Pure; the order in which their reports came changes nothing. */
export const consolidate = ({ workspace, debt, security, baseline = new Map() }: ConsolidateSource): AuditReport => {
  const { root, manifest, bytes, ignored, git } = workspace;
  const changed = git?.changed;
  const reports: SpecialistReport[] = [...debt, ...security];
  const doubleless = withoutDoubles(reports.flatMap((report) => report.findings));
  const all = changed === undefined ? doubleless : inChangedLines(doubleless, changed.files);
  const excuses = unique(
    debt.flatMap((report) => report.excuses ?? []),
    ({ file, line }) => `${file}\n${String(line).padStart(8)}`,
  );
  const judged = judge(all, { excuses, baseline, partial: changed !== undefined });
  const modules = unique(
    debt.flatMap((report) => report.modules ?? []),
    ({ file }) => file,
  );
  const kept = ranked(judged.findings, modules).slice(0, MAX_FINDINGS);
  const findings = maskFindings(kept) as typeof kept;
  const named = new Set(findings.map((finding) => finding.rule));
  const rules = unique([...reports.flatMap((report) => report.rules), ...Object.values(EXCUSE_RULES)], (rule) => rule.id).filter(({ id }) =>
    named.has(id),
  );
  const metrics = unique(
    debt.flatMap((report) => report.metrics),
    (each) => each.file,
  );
  const lines = metrics.reduce((sum, each) => sum + each.lines, 0);
  const score = metrics.length === 0 ? 0 : scoreOf(tally(findings), lines);
  const ruleOf = new Map<string, RuleInfo>(rules.map((rule) => [rule.id, rule]));
  const entries = changed === undefined ? workspace.entries : workspace.entries.filter(({ path }) => Object.hasOwn(changed.files, path));
  const files = entries.filter((entry) => entry.kind === 'text').length;
  return {
    version: 1,
    workspace: { root, manifest, entries: entries.length, files, bytes, analysed: metrics.length, lines, ignored },
    score,
    grade: metrics.length === 0 ? NO_GRADE : gradeOf(score),
    counts: countsOf(
      findings,
      reports.map((report) => report.specialist),
    ),
    languages: languagesOf(metrics),
    files: summarize(metrics, findings, git?.churn),
    findings: findings.map((finding) => ({
      ...finding,
      ...authorOf(finding, git),
      why: ruleOf.get(finding.rule)?.why ?? '',
      remedy: ruleOf.get(finding.rule)?.remedy ?? '',
    })),
    rules,
    notAnalysed: notAnalysed(entries, debt, security),
    omitted: lost(reports) + judged.findings.length - findings.length,
    effort: effortOf(findings),
    excused: judged.excused,
    ...(changed === undefined ? {} : { scope: { since: changed.since, files } }),
  };
};
