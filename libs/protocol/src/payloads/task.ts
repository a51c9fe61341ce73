import {
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { Type } from 'class-transformer';
import { RESULT_KINDS, type ResultKind } from '../enums.js';
import { SKILL_ID, TOKEN } from '../ids.js';
import { Fault } from './fault.js';
import { BlobRef } from './value.js';

/** One dispatch of one attempt, on `wg.<tenant>.task.<agent>.<priority>.<flowId>.<taskId>.<attempt>`. */
export class TaskDispatch {
  @Matches(TOKEN) flowId!: string;
  @Matches(TOKEN) taskId!: string;
  @IsInt() @Min(1) attempt!: number;
  @Matches(SKILL_ID) skill!: string;
  /** May hold `{ "$blob": … }` for large values, at any depth. */
  @IsOptional() input?: unknown;
  /** When the attempt is given up, by the broker's clock. */
  @IsISO8601() deadline!: string;
  /** Who asked for the flow. */
  @Matches(TOKEN) owner!: string;
  /** What an earlier attempt left for this one (`delegated`, `escalate`, `handoff`). */
  @IsOptional() workState?: unknown;
}

/** Something a task made, kept as a blob. */
export class Artifact {
  @IsString() name!: string;
  @ValidateNested() @Type(() => BlobRef) blob!: BlobRef;
}

/** What one attempt ended in, on `wg.<tenant>.result.<agent>.<flowId>.<taskId>.<attempt>`: the first one counts. */
export class TaskResult {
  @IsIn([...RESULT_KINDS]) kind!: ResultKind;
  @IsOptional() output?: unknown;
  @IsOptional() @ValidateNested() @Type(() => Fault) error?: Fault;
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => Artifact) artifacts?: Artifact[];
  /** The process that worked on it. */
  @Matches(TOKEN) instance!: string;
  @IsISO8601() startedAt!: string;
  @IsISO8601() endedAt!: string;
  /** Money spent, in US dollars. */
  @IsOptional() @IsNumber() @Min(0) cost?: number;
  /** Of `handoff`, `escalate` and `delegated`: the request itself. */
  @IsOptional() @IsObject() request?: Record<string, unknown>;
  /** Of the same kinds: what the next attempt goes on from. */
  @IsOptional() workState?: unknown;
}

export class TaskProgress {
  /** Part done, 0 to 1. */
  @IsNumber() @Min(0) @Max(1) fraction!: number;
  @IsOptional() @IsString() message?: string;
  @IsInt() @Min(1) attempt!: number;
  @Matches(TOKEN) instance!: string;
}

/** Stop working: the attempt is canceled, past its deadline, or no longer yours. */
export class TaskAbort {
  @IsString() reason!: string;
}

/** How often a redelivered attempt was started: the measure of poison. */
export class TaskStart {
  @IsInt() @Min(1) starts!: number;
  @Matches(TOKEN) instance!: string;
}

/** A task that will not be tried again, with what it takes to try it by hand. */
export class DeadLetter {
  @Matches(TOKEN) flowId!: string;
  @Matches(TOKEN) taskId!: string;
  @IsInt() @Min(1) attempt!: number;
  @Matches(SKILL_ID) skill!: string;
  @Matches(TOKEN) owner!: string;
  @IsOptional() input?: unknown;
  @ValidateNested() @Type(() => Fault) error!: Fault;
}
