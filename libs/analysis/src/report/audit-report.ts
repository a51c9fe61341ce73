import type { Severity } from '@waggle/protocol';
import type { Category, Finding, RuleInfo } from '../finding.js';
import type { FileMetrics } from '../metrics/file-metrics.js';

/** A finding as a reader wants it: with what its rule says of it. */
export interface ReportFinding extends Finding {
  why: string;
  remedy: string;
  /** 0 to 100: severity x confidence x how many files need this one. What to do first. */
  priority: number;
  /** Of work left undone, where git knows: who wrote the note. */
  author?: string;
  /** And when, as a date. */
  since?: string;
  /** Days from then to the commit that was audited. */
  age?: number;
  /** The audit before did not have it. */
  isNew?: true;
}

export interface FileSummary extends FileMetrics {
  findings: number;
  /** Of its worst finding. */
  worst?: Severity;
  /**
   * 0 to 100, the hottest file being 100: complexity x how often it changed in the year before this commit; where git
   * does not know, complexity x size x weight of findings.
   */
  heat: number;
  /** Commits of the year before this one that changed it. */
  churn?: number;
  /** Hours that mending all its findings takes, about. */
  effort: number;
  /** 0 to 100, as the score of the whole; a short file counts as one of 200 lines. */
  index: number;
}

/** A finding that somebody said need not be mended. */
export interface ExcusedFinding {
  id: string;
  rule: string;
  severity: Severity;
  file: string;
  line: number;
  by: 'comment' | 'baseline';
  reason: string;
}

/** A finding as the next audit remembers it. */
export interface KnownFinding {
  id: string;
  rule: string;
  severity: Severity;
  file: string;
  line: number;
}

/** One audit of a repository in figures. */
export interface AuditRun {
  /** When it ended: ISO 8601. */
  at: string;
  /** The commit. */
  head?: string;
  score: number;
  grade: string;
  total: number;
  bySeverity: SeverityCounts;
  /** Hours. */
  effort: number;
  lines: number;
}

/** What became of a repository since the audit before. */
export interface Trend {
  /** The audits before this one, the oldest first, and this one last. */
  runs: AuditRun[];
  /** Findings that the one before did not have; they carry `isNew`. */
  added: number;
  /** Those it had and this one has not; the worst are named. */
  fixed: KnownFinding[];
  fixedTotal: number;
}

/** A path of the workspace that was not analysed, or not wholly, and why. */
export interface NotAnalysed {
  file: string;
  reason: string;
}

export type SeverityCounts = Record<Severity, number>;

/**
 * The whole result of an audit: the content of report.json. The same workspace gives the same bytes, whoever worked
 * on it and how often: every list in it has a total order, and times stand in `trend` alone, which the last audit decides.
 */
export interface AuditReport {
  version: 1;
  workspace: {
    root: string;
    /** SHA-256 of its manifest. */
    manifest: string;
    /** Everything listed. */
    entries: number;
    /** Text files. */
    files: number;
    bytes: number;
    /** Files whose code was parsed. */
    analysed: number;
    lines: number;
    /** Ruled out by `.gitignore`; a folder counts once. */
    ignored: number;
  };
  /** 0 to 100: how much weighs on a thousand lines; see `score.ts`. */
  score: number;
  /** A to E. */
  grade: string;
  counts: {
    total: number;
    bySeverity: SeverityCounts;
    byCategory: Record<Category, number>;
    bySpecialist: Record<string, number>;
    byRule: { rule: string; count: number }[];
  };
  languages: { language: string; files: number; lines: number }[];
  /** Every parsed file, the hottest first. */
  files: FileSummary[];
  /** Worst first. */
  findings: ReportFinding[];
  rules: RuleInfo[];
  notAnalysed: NotAnalysed[];
  /** Findings that specialists left out because there were too many. */
  omitted: number;
  /** Hours that mending all findings takes, about. */
  effort: number;
  /** What a comment or the baseline excuses. It counts nowhere else. */
  excused: ExcusedFinding[];
  /** Where only what changed was looked at: since which commit, and in how many files. */
  scope?: { since: string; files: number };
  trend?: Trend;
}

/** How one task of the flow ran, for the picture of how the audit went. Times in milliseconds since the flow began. */
export interface TimelineRow {
  /** The step of the workflow. */
  step: string;
  /** What distinguishes tasks of one step, e.g. a shard's number. */
  label: string;
  /** Who worked on it. */
  agent: string;
  attempt: number;
  start: number;
  end: number;
  outcome: 'completed' | 'failed' | 'canceled' | 'running';
}

/** How the flow ran. Known to whoever reads the flow's log, and no part of the report's content. */
export interface Timeline {
  /** Milliseconds from submission to outcome. */
  total: number;
  rows: TimelineRow[];
}
