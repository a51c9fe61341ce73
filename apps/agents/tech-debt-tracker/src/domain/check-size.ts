import { isTestFile, milder, type FindingList } from '@waggle/analysis';
import { effortOf } from './effort.js';
import { RULES } from './rules.js';
import { THRESHOLDS } from './thresholds.js';

/** Adds a finding when a file has too many lines. */
export const checkSize = (file: string, lines: number, list: FindingList): void => {
  const limit = THRESHOLDS.fileLines;
  if (lines <= limit) return;
  list.add({
    rule: RULES.longFile,
    place: { line: 1, endLine: 1, column: 1, endColumn: 1 },
    message: `This file has ${lines} lines; ${limit} are allowed.`,
    subject: 'file',
    severity: isTestFile(file) ? milder(RULES.longFile.severity) : RULES.longFile.severity,
    metrics: [{ name: 'lines', value: lines, limit }],
    effort: effortOf(RULES.longFile, { over: lines - limit }),
  });
};
