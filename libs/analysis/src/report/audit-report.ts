import type { Severity } from '@waggle/protocol';
import type { Category, Finding, RuleInfo } from '../finding.js';
import type { FileMetrics } from '../metrics/file-metrics.js';

/** A finding as a reader wants it: with what its rule says of it. */
export interface ReportFinding extends Finding {
  why: string;
  remedy: string;
}

export interface FileSummary extends FileMetrics {
  findings: number;
  /** Of its worst finding. */
  worst?: Severity;
  /** Complexity x size x weight of findings, 0 to 100, the hottest file being 100. */
  heat: number;
}

/** A path of the workspace that was not analysed, or not wholly, and why. */
export interface NotAnalysed {
  file: string;
  reason: string;
}

export type SeverityCounts = Record<Severity, number>;

/**
 * The whole result of an audit: the content of report.json. The same workspace gives the same bytes, whoever worked
 * on it and how often: it holds no times and no names of processes, and every list in it has a total order.
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
