import { CATEGORIES, type AuditReport, type Finding, type SeverityCounts } from '@waggle/analysis';
import { SEVERITIES } from '@waggle/protocol';

export const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

/** How many findings there are of each severity. */
export const tally = (findings: readonly Pick<Finding, 'severity'>[]): SeverityCounts => {
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

/** All counts of a report. `specialists` are named even when they found nothing. */
export const countsOf = (findings: readonly Finding[], specialists: readonly string[]): AuditReport['counts'] => ({
  total: findings.length,
  bySeverity: tally(findings),
  byCategory: Object.fromEntries(
    CATEGORIES.map((category) => [category, findings.filter((finding) => finding.category === category).length]),
  ) as AuditReport['counts']['byCategory'],
  bySpecialist: countBy(findings, (finding) => finding.specialist, specialists),
  byRule: Object.entries(countBy(findings, (finding) => finding.rule))
    .map(([rule, count]) => ({ rule, count }))
    .sort((a, b) => compare(b.count, a.count) || compare(a.rule, b.rule)),
});

/** Hours for all of some findings. */
export const effortOf = (findings: readonly Pick<Finding, 'effort'>[]): number => findings.reduce((sum, { effort = 0 }) => sum + effort, 0);
