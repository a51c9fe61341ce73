import type { DebtReport, NotAnalysed, SecurityReport } from '@waggle/analysis';
import type { Entry } from '@waggle/workspace';

/**
 * Everything that was not analysed, or not wholly, or not as it stands, each with its reasons: what the snapshot could
 * not store or had to decode, what the specialists passed over, and any file that nobody spoke of at all. Sorted by path.
 */
export const notAnalysed = (entries: readonly Entry[], debt: readonly DebtReport[], security: readonly SecurityReport[]): NotAnalysed[] => {
  const reasons = new Map<string, Set<string>>();
  const note = (file: string, reason: string): void => {
    const known = reasons.get(file);
    if (known === undefined) reasons.set(file, new Set([reason]));
    else known.add(reason);
  };
  for (const report of [...debt, ...security]) for (const { file, reason } of report.skipped) note(file, reason);
  const parsed = new Set(debt.flatMap((report) => report.metrics.map((metrics) => metrics.file)));
  for (const { path, kind, reason } of entries) {
    if (kind !== 'text') note(path, reason ?? kind);
    else if (reason !== undefined) note(path, reason);
    else if (!parsed.has(path) && !reasons.has(path)) note(path, 'no specialist reported on it');
  }
  return [...reasons].map(([file, given]) => ({ file, reason: joined([...given]) })).sort((a, b) => (a.file < b.file ? -1 : 1));
};

/** Two specialists often give one reason, the one in more words than the other. */
const joined = (reasons: readonly string[]): string =>
  reasons
    .filter((reason) => !reasons.some((other) => other !== reason && other.startsWith(reason)))
    .sort()
    .join('; ');
