import type { AuditReport } from '@waggle/analysis';
import type { ReviewOutput } from '../review-output.js';

const TOP = 20;

/** What the task returns of a report: small enough to travel in the message itself. */
export const summaryOf = (report: AuditReport): Omit<ReviewOutput, 'artifacts'> => {
  const { score, grade, counts, workspace, notAnalysed, files, effort, excused, trend } = report;
  const [hottest] = files;
  return {
    summary: {
      score,
      grade,
      findings: counts.total,
      bySeverity: counts.bySeverity,
      byCategory: counts.byCategory,
      byRule: Object.fromEntries(counts.byRule.map(({ rule, count }) => [rule, count])),
      files: workspace.files,
      analysed: workspace.analysed,
      notAnalysed: notAnalysed.length,
      lines: workspace.lines,
      effort,
      excused: excused.length,
      ...(trend === undefined ? {} : { added: trend.added, fixed: trend.fixedTotal }),
      ...(hottest !== undefined && hottest.heat > 0 ? { hottest: hottest.file } : {}),
    },
    top: report.findings
      .slice(0, TOP)
      .map(({ id, rule, title, severity, file, line, message }) => ({ id, rule, title, severity, file, line, message })),
  };
};
