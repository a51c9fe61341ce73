import {
  CATEGORIES,
  gradeOf,
  NO_GRADE,
  maskFindings,
  scoreOf,
  severityRank,
  WEIGHT,
  worstFirst,
  type AuditReport,
  type DebtReport,
  type FileMetrics,
  type FileSummary,
  type Finding,
  type RuleInfo,
  type SecurityReport,
  type SeverityCounts,
  type SpecialistReport,
} from '@waggle/analysis';
import { SEVERITIES } from '@waggle/protocol';
import type { Entry } from '@waggle/workspace';
import { notAnalysed } from './not-analysed.js';

export interface ConsolidateSource {
  workspace: { root: string; manifest: string; bytes: number; ignored: number; entries: readonly Entry[] };
  debt: readonly DebtReport[];
  security: readonly SecurityReport[];
}

/** Most findings of a report, the worst: what a reader's machine can open. The rest is counted. */
const MAX_FINDINGS = 20_000;

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

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

const tally = (findings: readonly Finding[]): SeverityCounts => {
  const counts = Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as SeverityCounts;
  for (const finding of findings) counts[finding.severity]++;
  return counts;
};

/** How many findings have each key; `expected` keys are named even when none has them. */
const countBy = (
  findings: readonly Finding[],
  key: (finding: Finding) => string,
  expected: readonly string[] = [],
): Record<string, number> => {
  const counts = new Map<string, number>(expected.map((each) => [each, 0]));
  for (const finding of findings) counts.set(key(finding), (counts.get(key(finding)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => compare(a, b)));
};

const byFile = (findings: readonly Finding[]): Map<string, Finding[]> => {
  const files = new Map<string, Finding[]>();
  for (const finding of findings) {
    const list = files.get(finding.file);
    if (list === undefined) files.set(finding.file, [finding]);
    else list.push(finding);
  }
  return files;
};

/** Complexity x size x what was found: where work pays most. */
const rawHeat = (metrics: FileMetrics, findings: readonly Finding[]): number =>
  (1 + metrics.complexitySum) * metrics.lines * findings.reduce((sum, finding) => sum + WEIGHT[finding.severity], 0);

const summarize = (metrics: readonly FileMetrics[], findings: readonly Finding[]): FileSummary[] => {
  const found = byFile(findings);
  const raw = metrics.map((each) => ({ each, own: found.get(each.file) ?? [], heat: rawHeat(each, found.get(each.file) ?? []) }));
  const hottest = raw.reduce((max, { heat }) => Math.max(max, heat), 0);
  return raw
    .map(({ each, own, heat }): FileSummary => {
      const worst = [...own].sort((a, b) => severityRank(a.severity) - severityRank(b.severity))[0]?.severity;
      return {
        ...each,
        findings: own.length,
        ...(worst === undefined ? {} : { worst }),
        heat: hottest === 0 ? 0 : Math.round((1000 * Math.sqrt(heat)) / Math.sqrt(hottest)) / 10,
      };
    })
    .sort((a, b) => compare(b.heat, a.heat) || compare(a.file, b.file));
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

/** Merges what the specialists say into one report. Pure; the order in which their reports came changes nothing. */
export const consolidate = (source: ConsolidateSource): AuditReport => {
  const reports: SpecialistReport[] = [...source.debt, ...source.security];
  const all = withoutDoubles(reports.flatMap((report) => report.findings));
  const findings = maskFindings(all.slice(0, MAX_FINDINGS));
  const rules = unique(
    reports.flatMap((report) => report.rules),
    (rule) => rule.id,
  );
  const metrics = unique(
    source.debt.flatMap((report) => report.metrics),
    (each) => each.file,
  );
  const lines = metrics.reduce((sum, each) => sum + each.lines, 0);
  const bySeverity = tally(findings);
  const score = metrics.length === 0 ? 0 : scoreOf(bySeverity, lines);
  const ruleOf = new Map<string, RuleInfo>(rules.map((rule) => [rule.id, rule]));
  const { root, manifest, bytes, ignored, entries } = source.workspace;
  return {
    version: 1,
    workspace: {
      root,
      manifest,
      entries: entries.length,
      files: entries.filter((entry) => entry.kind === 'text').length,
      bytes,
      analysed: metrics.length,
      lines,
      ignored,
    },
    score,
    grade: metrics.length === 0 ? NO_GRADE : gradeOf(score),
    counts: {
      total: findings.length,
      bySeverity,
      byCategory: Object.fromEntries(
        CATEGORIES.map((category) => [category, findings.filter((finding) => finding.category === category).length]),
      ) as AuditReport['counts']['byCategory'],
      bySpecialist: countBy(
        findings,
        (finding) => finding.specialist,
        reports.map((report) => report.specialist),
      ),
      byRule: Object.entries(countBy(findings, (finding) => finding.rule))
        .map(([rule, count]) => ({ rule, count }))
        .sort((a, b) => compare(b.count, a.count) || compare(a.rule, b.rule)),
    },
    languages: languagesOf(metrics),
    files: summarize(metrics, findings),
    findings: findings.map((finding) => ({
      ...finding,
      why: ruleOf.get(finding.rule)?.why ?? '',
      remedy: ruleOf.get(finding.rule)?.remedy ?? '',
    })),
    rules,
    notAnalysed: notAnalysed(entries, source.debt, source.security),
    omitted: reports.reduce((sum, report) => sum + report.omitted, all.length - findings.length),
  };
};
