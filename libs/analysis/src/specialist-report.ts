import { NestedList, Optional } from '@waggle/protocol';
import { IsInt, IsString, Min } from 'class-validator';
import { Excuse } from './excuses/excuse.js';
import { Finding, RuleInfo } from './finding.js';
import { FileMetrics } from './metrics/file-metrics.js';
import { ModuleFacts } from './modules/module-facts.js';

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

/** What the tech debt tracker says: findings, the figures of every file it parsed, and what only all files together tell. */
export class DebtReport extends SpecialistReport {
  @NestedList(() => FileMetrics) metrics!: FileMetrics[];
  /** What the modules take from one another, where that is known. */
  @Optional() @NestedList(() => ModuleFacts) modules?: ModuleFacts[];
  /** Comments that excuse a finding, in files of any kind. */
  @Optional() @NestedList(() => Excuse) excuses?: Excuse[];
}

/** What the security auditor says. Secrets are masked in it. */
export class SecurityReport extends SpecialistReport {}
