import { basename } from 'node:path';
import { SEVERITIES, type Outcome } from '@waggle/protocol';
import { count, duration } from '../output/format.js';
import type { Output } from '../output/output.js';
import type { Audited } from './run-audit.js';

interface Summary {
  findings?: number;
  bySeverity?: Record<string, number>;
  files?: number;
  analysed?: number;
  grade?: string;
  score?: number;
  notAnalysed?: number;
  effort?: number;
  excused?: number;
  added?: number;
  fixed?: number;
}

const summaryOf = (outcome: Outcome): Summary => (outcome.output as { summary?: Summary } | undefined)?.summary ?? {};

const severities = ({ bySeverity = {} }: Summary, { colors }: Output): string => {
  const paint: Record<string, (text: string) => string> = { critical: colors.red, high: colors.red, medium: colors.yellow };
  return SEVERITIES.filter((severity) => (bySeverity[severity] ?? 0) > 0)
    .map((severity) => (paint[severity] ?? colors.dim)(`${bySeverity[severity]!} ${severity}`))
    .join(', ');
};

const trendLine = ({ added, fixed }: Summary): string[] =>
  added === undefined || fixed === undefined ? [] : [`since the last audit: ${added} new, ${fixed} fixed`];

/** How an audit came out, in a few lines. `took`: milliseconds. */
export const tellAudit = ({ outcome, files }: Audited, took: number, output: Output): void => {
  const summary = summaryOf(outcome);
  const report = files.find((file) => basename(file) === 'report.html') ?? files[0]!;
  output.result({ report: { summary, files, flowId: outcome.flowId, milliseconds: Math.round(took) } }, () =>
    [
      `${output.colors.bold(count(summary.findings ?? 0, 'finding'))} in ${count(summary.files ?? 0, 'file')}: ${severities(summary, output) || 'none'}; ${summary.analysed === 0 ? 'no grade, for no file could be analysed' : `grade ${summary.grade ?? '?'} (${summary.score ?? '?'} of 100)`}`,
      ...trendLine(summary),
      ...(summary.excused ? [`${count(summary.excused, 'finding')} excused by comments or the baseline`] : []),
      ...(summary.notAnalysed ? [`${count(summary.notAnalysed, 'file')} not analysed, each named in the report with its reason`] : []),
      `report: ${report}`,
      `took ${duration(took)}`,
    ].join('\n'),
  );
};
