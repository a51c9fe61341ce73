import { type Finding, type RuleInfo, severityRank } from './finding.js';

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

type Ordered = Pick<Finding, 'severity' | 'file' | 'line' | 'column' | 'rule' | 'id'>;

/** Worst first, then by place: a total order, so that equal sets of findings read the same. */
export const worstFirst = (a: Ordered, b: Ordered): number =>
  compare(severityRank(a.severity), severityRank(b.severity)) ||
  compare(a.file, b.file) ||
  compare(a.line, b.line) ||
  compare(a.column, b.column) ||
  compare(a.rule, b.rule) ||
  compare(a.id, b.id);

/** Most findings that one report of a specialist holds; the mildest are left out and counted. */
export const MAX_FINDINGS = 3000;

/** The worst of the findings in order, and how many were left out. */
export const bounded = (findings: readonly Finding[], limit = MAX_FINDINGS): { findings: Finding[]; omitted: number } => ({
  findings: [...findings].sort(worstFirst).slice(0, limit),
  omitted: Math.max(0, findings.length - limit),
});

/** Of some rules those that findings name, without what only a rule's own room needs. */
export const rulesOf = (findings: readonly Finding[], rules: readonly RuleInfo[]): RuleInfo[] => {
  const named = new Set(findings.map((finding) => finding.rule));
  return rules
    .filter((rule) => named.has(rule.id))
    .map(({ id, title, severity, category, why, remedy, cwe, owasp }) => ({
      id,
      title,
      severity,
      category,
      why,
      remedy,
      ...(cwe === undefined ? {} : { cwe }),
      ...(owasp === undefined ? {} : { owasp }),
    }))
    .sort((a, b) => compare(a.id, b.id));
};
