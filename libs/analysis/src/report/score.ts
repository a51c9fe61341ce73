import { SEVERITIES, type Severity } from '@waggle/protocol';
import type { SeverityCounts } from './audit-report.js';

/** What a finding of each severity weighs. */
export const WEIGHT: Record<Severity, number> = { critical: 40, high: 10, medium: 3, low: 1, info: 0 };

/** Weight on a thousand lines that halves the score. */
const HALF = 20;

/** A critical finding leaves at most this. */
const CRITICAL_CAP = 49;

/** 100 with nothing found, 50 with a weight of 20 on a thousand lines, at most 49 with anything critical. */
export const scoreOf = (counts: SeverityCounts, lines: number): number => {
  const weight = SEVERITIES.reduce((sum, severity) => sum + counts[severity] * WEIGHT[severity], 0);
  const score = Math.round(100 / (1 + weight / Math.max(1, lines / 1000) / HALF));
  return counts.critical > 0 ? Math.min(score, CRITICAL_CAP) : score;
};

/** A shorter file counts as one of so many lines: a single remark must not make it the worst of all. */
const LEAST_LINES = 200;

/** The score of one file. */
export const indexOf = (counts: SeverityCounts, lines: number): number => scoreOf(counts, Math.max(LEAST_LINES, lines));

/** What stands for a grade where no file could be analysed: nothing found says nothing then. */
export const NO_GRADE = '–';

export const gradeOf = (score: number): string => (score >= 90 ? 'A' : score >= 75 ? 'B' : score >= 60 ? 'C' : score >= 40 ? 'D' : 'E');
