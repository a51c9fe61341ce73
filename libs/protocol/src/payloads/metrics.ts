import { IsInt, IsNumber, Matches, Max, Min } from 'class-validator';
import { SKILL_ID, TOKEN } from '../ids.js';
import { IsTime, Optional } from '../validation/decorators.js';

/** What an agent did in a span of time. Rates are 0 to 1, scores 1 to 10. */
export class MetricsSample {
  @Matches(TOKEN) agent!: string;
  /** Of one skill; of all when left out. */
  @Optional() @Matches(SKILL_ID) skill?: string;
  @IsTime() since!: string;
  @IsTime() until!: string;
  /** That ended. */
  @IsInt() @Min(0) tasks!: number;
  @IsNumber() @Min(0) @Max(1) successRate!: number;
  /** Milliseconds an attempt took on average. */
  @IsNumber() @Min(0) meanMs!: number;
  @IsNumber() @Min(0) @Max(1) escalationRate!: number;
  /** Of its slots, on average. */
  @Optional() @IsNumber() @Min(0) @Max(1) utilisation?: number;
  /** Tasks waiting at the end. */
  @Optional() @IsInt() @Min(0) queued?: number;
  /** Money, in US dollars. */
  @Optional() @IsNumber() @Min(0) cost?: number;
  @Optional() @IsNumber() @Min(1) @Max(10) qualityScore?: number;
  @Optional() @IsNumber() @Min(1) @Max(10) collaborationScore?: number;
  @Optional() @IsNumber() @Min(1) @Max(10) userSatisfaction?: number;
}
