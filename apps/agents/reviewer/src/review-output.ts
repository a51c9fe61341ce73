import { BlobRef, Nested, NestedList, Optional, SEVERITIES, type Severity } from '@waggle/protocol';
import { IsIn, IsInt, IsNumber, IsObject, IsString, Max, Min } from 'class-validator';

/** A finding in one line. */
export class TopFinding {
  @IsString() id!: string;
  @IsString() rule!: string;
  @IsString() title!: string;
  @IsIn([...SEVERITIES]) severity!: Severity;
  @IsString() file!: string;
  @IsInt() @Min(1) line!: number;
  @IsString() message!: string;
}

export class ReportArtifact {
  @IsString() name!: string;
  @Nested(() => BlobRef) blob!: BlobRef;
}

/** The audit in short; the whole of it lies in the artifacts. */
export class ReviewSummary {
  @IsInt() @Min(0) @Max(100) score!: number;
  @IsString() grade!: string;
  @IsInt() @Min(0) findings!: number;
  /** Number of findings per severity. */
  @IsObject() bySeverity!: Record<string, number>;
  @IsObject() byCategory!: Record<string, number>;
  /** Number of findings per rule. */
  @IsObject() byRule!: Record<string, number>;
  /** Text files in the workspace, of those parsed, and paths not analysed or not wholly. */
  @IsInt() @Min(0) files!: number;
  @IsInt() @Min(0) analysed!: number;
  @IsInt() @Min(0) notAnalysed!: number;
  @IsInt() @Min(0) lines!: number;
  @Optional() @IsString() hottest?: string;
  /** Hours that mending all findings takes, about. */
  @IsNumber() @Min(0) effort!: number;
  /** Findings that a comment or the baseline excuses. */
  @IsInt() @Min(0) excused!: number;
  /** Since the audit before: how many findings came, and how many went. Absent where there was none. */
  @Optional() @IsInt() @Min(0) added?: number;
  @Optional() @IsInt() @Min(0) fixed?: number;
}

export class ReviewOutput {
  @Nested(() => ReviewSummary) summary!: ReviewSummary;
  /** The worst findings. */
  @NestedList(() => TopFinding) top!: TopFinding[];
  /** `report.json`, `report.html` and `report.sarif`. */
  @NestedList(() => ReportArtifact) artifacts!: ReportArtifact[];
}
