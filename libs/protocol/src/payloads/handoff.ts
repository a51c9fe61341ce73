import { IsArray, IsIn, IsInt, IsObject, IsString, Matches, Min } from 'class-validator';
import { HANDOFF_REASONS, type HandoffReason } from '../enums.js';
import { SKILL_ID, TOKEN } from '../ids.js';
import { IsTime, Nested, Optional } from '../validation/decorators.js';

/** What the next agent must know to go on. */
export class HandoffContext {
  @IsString() completedWork!: string;
  @IsString() remainingWork!: string;
  @Optional() @IsArray() @IsString({ each: true }) decisions?: string[];
  @Optional() @IsArray() @IsString({ each: true }) constraints?: string[];
  @Optional() @IsArray() @IsString({ each: true }) dependencies?: string[];
  @Optional() @IsArray() @IsString({ each: true }) pitfalls?: string[];
}

/**
 * The wish to pass a task on, as the `request` of a result of kind `handoff`: to one agent (`toAgent`) or to whoever
 * offers a skill (`toSkill`). Accepted, refused or run out, the task has one owner at every moment.
 */
export class HandoffRequest {
  @Matches(TOKEN) fromAgent!: string;
  @Optional() @Matches(TOKEN) toAgent?: string;
  @Optional() @Matches(SKILL_ID) toSkill?: string;
  @Matches(TOKEN) taskId!: string;
  @IsIn([...HANDOFF_REASONS]) reason!: HandoffReason;
  @Nested(() => HandoffContext) context!: HandoffContext;
  /** What the next attempt goes on from. */
  @Optional() workState?: unknown;
  /** CEL over the flow's data: all must hold before it is offered. */
  @Optional() @IsArray() @IsString({ each: true }) prerequisites?: string[];
  @Optional() @IsArray() @IsString({ each: true }) successCriteria?: string[];
  /** Milliseconds. */
  @Optional() @IsInt() @Min(0) estimatedTime?: number;
  @Optional() @IsArray() @IsString({ each: true }) escalationConditions?: string[];
  /** After which an offer nobody took goes back to where it came from. */
  @Optional() @IsTime() expiresAt?: string;
  /** More that only these two agents understand. */
  @Optional() @IsObject() data?: Record<string, unknown>;
}
