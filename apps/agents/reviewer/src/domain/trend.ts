import { worstFirst, type AuditReport, type AuditRun, type KnownFinding, type Trend } from '@waggle/analysis';

/** Audits that are remembered in figures. */
const MOST_RUNS = 50;

/** Fixed findings that a report names. */
const MOST_NAMED = 500;

/** What is kept of a repository between two audits. */
export interface History {
  version: 1;
  /** The flow that wrote this: the same one may come again. */
  flowId: string;
  runs: AuditRun[];
  /** The findings of the last run. */
  last: KnownFinding[];
  /** Those of the run before it, for when the last one comes again. */
  before?: KnownFinding[];
}

const runOf = (report: AuditReport, { at, head }: { at: string; head?: string }): AuditRun => ({
  at,
  ...(head === undefined ? {} : { head }),
  score: report.score,
  grade: report.grade,
  total: report.counts.total,
  bySeverity: report.counts.bySeverity,
  effort: report.effort,
  lines: report.workspace.lines,
});

const known = ({ findings }: AuditReport): KnownFinding[] =>
  findings.map(({ id, rule, severity, file, line }) => ({ id, rule, severity, file, line }));

const byWorst = (a: KnownFinding, b: KnownFinding): number => worstFirst({ ...a, column: 1 }, { ...b, column: 1 });

/**
 * A report with what became of the repository since the last audit, and what to keep for the next. Written again by
 * the same flow (a retry), it is compared with the audit before that flow, and counts once.
 */
export const withTrend = (
  report: AuditReport,
  history: History | undefined,
  run: { flowId: string; at: string; head?: string },
): { report: AuditReport; history: History } => {
  const again = history?.flowId === run.flowId;
  const earlier = again ? history.runs.slice(0, -1) : (history?.runs ?? []);
  const previous = again ? history.before : history?.last;
  const runs = [...earlier, runOf(report, run)].slice(-MOST_RUNS);
  const kept: History = {
    version: 1,
    flowId: run.flowId,
    runs,
    last: known(report),
    ...(previous === undefined ? {} : { before: previous }),
  };
  if (previous === undefined) return { report, history: kept };
  const had = new Set(previous.map(({ id }) => id));
  const has = new Set(report.findings.map(({ id }) => id));
  const findings = report.findings.map((finding) => (had.has(finding.id) ? finding : { ...finding, isNew: true as const }));
  const fixed = previous.filter(({ id }) => !has.has(id)).sort(byWorst);
  const trend: Trend = {
    runs,
    added: findings.filter(({ isNew }) => isNew).length,
    fixed: fixed.slice(0, MOST_NAMED),
    fixedTotal: fixed.length,
  };
  return { report: { ...report, findings, trend }, history: kept };
};
