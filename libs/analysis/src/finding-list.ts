import { excerpt } from './source/lines.js';
import { type Confidence, type Finding, fingerprint, type RuleInfo, type Measured, type RelatedPlace } from './finding.js';
import type { Severity } from '@waggle/protocol';

/** Where in a file: lines and columns from 1, the end column exclusive. */
export interface Place {
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

export interface Found {
  rule: RuleInfo;
  place: Place;
  message: string;
  /** What the fingerprint is made of: the code itself or a name. */
  subject: string;
  severity?: Severity;
  metrics?: Measured[];
  related?: RelatedPlace[];
  confidence?: Confidence;
  /** Hours. */
  effort?: number;
}

/** Collects the findings of one file and completes them: ids, evidence, who found them. */
export class FindingList {
  readonly findings: Finding[] = [];
  private readonly seen = new Map<string, number>();

  constructor(
    private readonly specialist: string,
    private readonly file: string,
    private readonly lines: readonly string[],
  ) {}

  add(found: Found): void {
    const { rule, place } = found;
    const key = `${rule.id}\n${found.subject}`;
    const ordinal = this.seen.get(key) ?? 0;
    this.seen.set(key, ordinal + 1);
    this.findings.push({
      id: fingerprint({ rule: rule.id, file: this.file, subject: found.subject, ordinal }),
      rule: rule.id,
      title: rule.title,
      severity: found.severity ?? rule.severity,
      category: rule.category,
      specialist: this.specialist,
      file: this.file,
      ...place,
      message: found.message,
      evidence: excerpt(this.lines, place),
      ...(found.metrics === undefined ? {} : { metrics: found.metrics }),
      ...(found.related === undefined ? {} : { related: found.related }),
      ...(found.confidence === undefined ? {} : { confidence: found.confidence }),
      ...(found.effort === undefined ? {} : { effort: found.effort }),
    });
  }
}

/** The place of a node or of any range counted from 0. */
export const placeOf = (range: { start: { line: number; column: number }; end: { line: number; column: number } }): Place => ({
  line: range.start.line + 1,
  column: range.start.column + 1,
  endLine: range.end.line + 1,
  endColumn: range.end.column + 1,
});
