import { IsArray, IsBoolean, IsIn, IsInt, IsNumber, IsObject, IsString, Matches, Min } from 'class-validator';
import { PRIORITIES, type Priority } from '../enums.js';
import { SKILL_ID, TOKEN } from '../ids.js';
import { IsTime, NestedList, Optional } from '../validation/decorators.js';

/** A skill as A2A 1.0 has it, with what a scheduler needs. */
export class AgentSkill {
  @Matches(SKILL_ID) id!: string;
  @IsString() name!: string;
  @IsString() description!: string;
  @IsArray() @IsString({ each: true }) tags!: string[];
  /** JSON Schemas. */
  @Optional() @IsObject() inputSchema?: Record<string, unknown>;
  @Optional() @IsObject() outputSchema?: Record<string, unknown>;
  /** Milliseconds an attempt may take when the flow does not say. */
  @IsInt() @Min(1) timeout!: number;
  /** Milliseconds without progress after which an attempt counts as stuck. */
  @Optional() @IsInt() @Min(1) heartbeat?: number;
  /** Money a task costs on average, in US dollars. */
  @Optional() @IsNumber() @Min(0) cost?: number;
}

/** Published on `wgm.card.<agent>.<instance>` at start and on change. */
export class AgentCard {
  @Matches(TOKEN) name!: string;
  @Matches(TOKEN) instance!: string;
  @IsString() description!: string;
  @IsString() version!: string;
  /** Core services have a card too; only agents offer skills. */
  @IsIn(['agent', 'service']) kind!: 'agent' | 'service';
  @NestedList(() => AgentSkill) skills!: AgentSkill[];
  @IsArray() @IsString({ each: true }) capabilities!: string[];
  /** Tasks this instance takes at once. */
  @IsInt() @Min(0) maxConcurrent!: number;
  /** Preferred first: higher goes first among equals. */
  @IsInt() priority!: number;
  @IsTime() startedAt!: string;
  @IsInt() @Min(0) pid!: number;
  @IsString() host!: string;
}

/** A delivery that an instance holds; the registry hands it back when the instance dies. */
export class HeldTask {
  @Matches(TOKEN) tenant!: string;
  @IsIn([...PRIORITIES]) priority!: Priority;
  @IsInt() @Min(1) streamSequence!: number;
  @IsInt() @Min(1) consumerSequence!: number;
  @IsInt() @Min(1) deliveries!: number;
  @Matches(TOKEN) flowId!: string;
  @Matches(TOKEN) taskId!: string;
  @IsInt() @Min(1) attempt!: number;
}

/** Published on `wgm.beat.<agent>.<instance>` every second, and at once when a task has been held for 50 ms. */
export class Beat {
  @Matches(TOKEN) name!: string;
  @Matches(TOKEN) instance!: string;
  /** Counts up within an instance. */
  @IsInt() @Min(0) n!: number;
  /** The connection as the server numbers it: ties a reported disconnect to this instance. */
  @IsInt() @Min(0) clientId!: number;
  @IsBoolean() draining!: boolean;
  @IsInt() @Min(0) slots!: number;
  @IsInt() @Min(0) busy!: number;
  /** Tasks that wait for a child flow: they hold no slot. */
  @IsInt() @Min(0) waiting!: number;
  @IsInt() @Min(0) completed!: number;
  @IsInt() @Min(0) failed!: number;
  /** Milliseconds spent in all tasks that ended. */
  @IsNumber() @Min(0) workedMs!: number;
  /** Bytes resident. */
  @IsInt() @Min(0) memory!: number;
  @NestedList(() => HeldTask) held!: HeldTask[];
}

/** Who offers a skill, as the registry writes it to DIRECTORY under `skill.<skillKey>`. */
export interface DirectorySkill {
  skill: string;
  offers: DirectoryOffer[];
}

export interface DirectoryOffer {
  agent: string;
  instances: number;
  slots: number;
  freeSlots: number;
  priority: number;
  /** Milliseconds. */
  timeout: number;
  heartbeat?: number;
  cost?: number;
  /** 0 to 1, of the tasks that ended; 1 where none has. */
  successRate: number;
  /** Milliseconds an attempt takes on average; 0 where none has ended. */
  meanMs: number;
}
