import { IsIn, IsInt, IsObject, IsOptional, IsString, Matches, Max, Min, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import { PRIORITIES, SIGNALS, type Priority, type SignalName } from '../enums.js';
import { SKILL_ID, TOKEN } from '../ids.js';

/** The attempt that asked for a child flow. Only an agent may name one: the one that works on it. */
export class ParentRef {
  @Matches(TOKEN) flowId!: string;
  @Matches(TOKEN) taskId!: string;
  @IsInt() @Min(1) attempt!: number;
}

/**
 * A flow or single task asked for: exactly one of `skill`, `workflow` and `definition`.
 * Published on `wg.<tenant>.submit.<owner>.<flowId>`; first wins.
 */
export class Submit {
  @IsOptional() @Matches(SKILL_ID) skill?: string;
  /** A stored workflow's name. */
  @IsOptional() @Matches(TOKEN) workflow?: string;
  /** Of the workflow: `1`, `1.2` or `1.2.3`; the newest that fits, the newest of all when left out. */
  @IsOptional() @IsString() version?: string;
  @IsOptional() @IsObject() definition?: Record<string, unknown>;
  /** What the skill or workflow gets; its schema decides. */
  @IsOptional() input?: unknown;
  @IsOptional() @IsIn([...PRIORITIES]) priority?: Priority;
  /** Milliseconds from submission until the flow is ended with `FLOW_TIMEOUT`; at most six days. */
  @IsOptional() @IsInt() @Min(1) @Max(6 * 86_400_000) timeout?: number;
  @IsOptional() @ValidateNested() @Type(() => ParentRef) parent?: ParentRef;
}

/** Published on `wg.<tenant>.signal.<owner>.<flowId>.<id>`; applied in the order stored. */
export class Signal {
  @IsIn([...SIGNALS]) signal!: SignalName;
  @IsOptional() @IsString() reason?: string;
  /** Of the signal, e.g. what `modify` changes. */
  @IsOptional() @IsObject() data?: Record<string, unknown>;
}
