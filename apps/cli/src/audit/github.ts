import type { AuditReport, ReportFinding } from '@waggle/analysis';
import type { Severity } from '@waggle/protocol';

const COMMAND: Record<Severity, 'error' | 'warning' | 'notice'> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'notice',
  info: 'notice',
};

/** GitHub shows ten of each kind for a step; more of them are noise in the log. */
const MOST = 50;

const escape = (text: string): string => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
const escapeProperty = (text: string): string => escape(text).replace(/:/g, '%3A').replace(/,/g, '%2C');

const annotation = ({ severity, file, line, endLine, title, message, remedy }: ReportFinding): string =>
  `::${COMMAND[severity]} file=${escapeProperty(file)},line=${line},endLine=${endLine},title=${escapeProperty(`${title} (${severity})`)}::${escape(`${message} ${remedy}`)}`;

/** The findings of an audit as workflow commands of GitHub, what is first to do first: they appear beside the lines of a pull request. */
export const githubAnnotations = ({ findings }: Pick<AuditReport, 'findings'>): string[] => {
  const shown = findings.slice(0, MOST).map(annotation);
  const left = findings.length - shown.length;
  return left > 0 ? [...shown, `::notice::${left} more findings stand in the report.`] : shown;
};
