import { NestedList } from '@waggle/protocol';
import { IsInt, IsString, Min } from 'class-validator';
import { Finding, RuleInfo } from './finding.js';
import { FileMetrics } from './metrics/file-metrics.js';

/** A file that a specialist did not look at, or not wholly, and why. */
export class SkippedFile {
  @IsString() file!: string;
  @IsString() reason!: string;
}

/** What one specialist says of one part of a workspace. */
export class SpecialistReport {
  @IsString() specialist!: string;
  /** Files looked at. */
  @IsInt() @Min(0) files!: number;
  @NestedList(() => Finding) findings!: Finding[];
  /** The rules that the findings name. */
  @NestedList(() => RuleInfo) rules!: RuleInfo[];
  @NestedList(() => SkippedFile) skipped!: SkippedFile[];
  /** Findings left out because there were too many. */
  @IsInt() @Min(0) omitted!: number;
}

/** What the tech debt tracker says: findings, and the figures of every file it parsed. */
export class DebtReport extends SpecialistReport {
  @NestedList(() => FileMetrics) metrics!: FileMetrics[];
}

/** What the security auditor says. Secrets are masked in it. */
export class SecurityReport extends SpecialistReport {}
