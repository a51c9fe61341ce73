import { ArrayMinSize, IsArray, IsBoolean, IsIn, IsNumber, IsObject, IsString, Matches, Max, Min } from 'class-validator';
import { CONFLICT_TYPES, RESOLUTION_STRATEGIES, SEVERITIES, type ConflictType, type ResolutionStrategy, type Severity } from '../enums.js';
import { TOKEN } from '../ids.js';
import { IsTime, NestedList, Optional } from '../validation/decorators.js';

/** Where one agent stands, and why. */
export class ConflictPosition {
  @Matches(TOKEN) agent!: string;
  @IsString() position!: string;
  @IsString() rationale!: string;
  /** 0 to 1. */
  @IsNumber() @Min(0) @Max(1) confidence!: number;
  @IsArray() evidence!: unknown[];
}

/** Two agents or more that cannot both have their way. */
export class Conflict {
  @Matches(TOKEN) id!: string;
  @IsIn([...CONFLICT_TYPES]) type!: ConflictType;
  @IsIn([...SEVERITIES]) severity!: Severity;
  @NestedList(() => ConflictPosition) @ArrayMinSize(2) positions!: ConflictPosition[];
  /** What it is about: a file, a key, a resource, a flow. */
  @Optional() @IsString() about?: string;
  @Optional() @IsObject() context?: Record<string, unknown>;
  @IsTime() detectedAt!: string;
}

/** Something to be done about it. */
export class ActionItem {
  @Optional() @Matches(TOKEN) agent?: string;
  @IsString() action!: string;
}

/** How a conflict was settled, or that a person must. */
export class Resolution {
  @Matches(TOKEN) conflictId!: string;
  @IsIn([...RESOLUTION_STRATEGIES]) strategy!: ResolutionStrategy;
  @IsString() decision!: string;
  @IsString() rationale!: string;
  /** 0 to 1; below the resolver's threshold it is escalated. */
  @IsNumber() @Min(0) @Max(1) confidence!: number;
  @IsBoolean() escalated!: boolean;
  @NestedList(() => ActionItem) actionItems!: ActionItem[];
  /** Ids of earlier conflicts that it follows. */
  @Optional() @IsArray() @Matches(TOKEN, { each: true }) precedents?: string[];
  @IsTime() resolvedAt!: string;
}
