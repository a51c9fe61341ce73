import { severityRank, type AuditReport } from '@waggle/analysis';
import type { Severity } from '@waggle/protocol';

/** How many findings are of that severity or worse. */
export const failing = ({ findings }: Pick<AuditReport, 'findings'>, failOn: Severity | 'never'): number =>
  failOn === 'never' ? 0 : findings.filter(({ severity }) => severityRank(severity) <= severityRank(failOn)).length;
