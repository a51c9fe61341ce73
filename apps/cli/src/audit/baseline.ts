import type { AuditReport } from '@waggle/analysis';

interface BaselineEntry {
  id: string;
  rule: string;
  file: string;
  reason: string;
}

/** What a report found, as a baseline that excuses it; what the one before excuses, and still stands, is kept with its reason. */
export const baselineOf = ({ findings, excused }: Pick<AuditReport, 'findings' | 'excused'>): string => {
  const entries: BaselineEntry[] = [
    ...findings
      .filter(({ rule }) => !rule.startsWith('review/'))
      .map(({ id, rule, file }) => ({ id, rule, file, reason: 'there when the baseline was written' })),
    ...excused.filter(({ by }) => by === 'baseline').map(({ id, rule, file, reason }) => ({ id, rule, file, reason })),
  ];
  const sorted = entries.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.id < b.id ? -1 : 1));
  return `${JSON.stringify({ version: 1, findings: sorted }, undefined, 1)}\n`;
};
