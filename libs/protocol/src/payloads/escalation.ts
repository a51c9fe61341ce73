import { ArrayMinSize, IsArray, IsIn, IsInt, IsObject, IsString, Matches, Min } from 'class-validator';
import { RUNGS, SEVERITIES, type Rung, type Severity } from '../enums.js';
import { TOKEN } from '../ids.js';
import { IsTime, NestedList, Optional } from '../validation/decorators.js';

/** One answer that may be given. */
export class EscalationOption {
  @Matches(TOKEN) id!: string;
  @IsString() label!: string;
  @Optional() @IsString() consequence?: string;
}

/** Who is asked, and how long before the next one is. */
export class LadderRung {
  @IsIn([...RUNGS]) who!: Rung;
  /** Of that kind whom: an agent's name, a person, a rota. */
  @Optional() @IsString() name?: string;
  /** Milliseconds. */
  @IsInt() @Min(1) after!: number;
}

/**
 * Something an agent may not or cannot decide; its task is `INPUT_REQUIRED` until it is answered. As an agent asks it in a
 * result, as the coordinator asks it of others on `ask`, and as each rung of its ladder says it again.
 */
export class EscalationRequest {
  /** `coordinator` where a step of the flow is the question. */
  @Matches(TOKEN) fromAgent!: string;
  /** Set by the coordinator: of the question, and the flow that waits; an answer names both. */
  @Optional() @Matches(TOKEN) id?: string;
  @Optional() @Matches(TOKEN) flowId?: string;
  /** Set by the coordinator: which rung of the ladder this is said to; 0 the first. */
  @Optional() @IsInt() @Min(0) rung?: number;
  @Optional() @Matches(TOKEN) taskId?: string;
  @IsIn([...SEVERITIES]) severity!: Severity;
  @IsString() issue!: string;
  @Optional() @IsObject() context?: Record<string, unknown>;
  @Optional() @IsArray() @IsString({ each: true }) attemptedResolutions?: string[];
  @NestedList(() => EscalationOption) @ArrayMinSize(1) options!: EscalationOption[];
  /** The question, in one sentence. */
  @IsString() requestedDecision!: string;
  @Optional() @IsTime() deadline?: string;
  @Optional() @NestedList(() => LadderRung) ladder?: LadderRung[];
  /** The option that is taken when the deadline passes unanswered; without one the task fails. */
  @Optional() @Matches(TOKEN) defaultAction?: string;
}

/** The answer: the first one stored counts. */
export class EscalationDecision {
  /** Of the escalation. */
  @Matches(TOKEN) id!: string;
  /** One of the options asked about. */
  @Matches(TOKEN) option!: string;
  @IsString() decidedBy!: string;
  @Optional() @IsString() rationale?: string;
  /** What the option needs besides, e.g. a value to go on with. */
  @Optional() data?: unknown;
}
