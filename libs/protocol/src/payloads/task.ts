import { IsIn, IsInt, IsNumber, IsObject, IsString, Matches, Max, Min } from 'class-validator';
import { END_STATES, RESULT_KINDS, type EndState, type ResultKind } from '../enums.js';
import { SKILL_ID, TOKEN } from '../ids.js';
import { EscalationDecision } from './escalation.js';
import { Fault } from './fault.js';
import { HandoffRequest } from './handoff.js';
import { BlobRef } from './value.js';
import { IsTime, Nested, NestedList, Optional } from '../validation/decorators.js';

/** How a child flow that an attempt waited for has ended. */
export class ChildEnd {
  @Matches(TOKEN) flowId!: string;
  @IsIn([...END_STATES]) state!: EndState;
}

/** One dispatch of one attempt, on `wg.<tenant>.task.<agent>.<priority>.<flowId>.<taskId>.<attempt>`. */
export class TaskDispatch {
  @Matches(TOKEN) flowId!: string;
  @Matches(TOKEN) taskId!: string;
  @IsInt() @Min(1) attempt!: number;
  @Matches(SKILL_ID) skill!: string;
  /** May hold `{ "$blob": … }` for large values, at any depth. */
  @Optional() input?: unknown;
  /** When the attempt is given up, by the broker's clock. */
  @IsTime() deadline!: string;
  /** Who asked for the flow. */
  @Matches(TOKEN) owner!: string;
  /** What an earlier attempt left for this one (`delegated`, `escalate`, `handoff`). */
  @Optional() workState?: unknown;
  /** `handoff`: an offer, which the agent accepts by starting and refuses by a result of kind `rejected`. */
  @Optional() @IsIn(['handoff']) kind?: 'handoff';
  /** Of a task that another agent passed on: what it says of it. */
  @Optional() @Nested(() => HandoffRequest) handoff?: HandoffRequest;
  /** Of a task that asked: what was decided. */
  @Optional() @Nested(() => EscalationDecision) decision?: EscalationDecision;
  /** Of a task that waited for child flows: how each has ended. */
  @Optional() @NestedList(() => ChildEnd) delegated?: ChildEnd[];
}

/** Something a task made, kept as a blob. */
export class Artifact {
  @IsString() name!: string;
  @Nested(() => BlobRef) blob!: BlobRef;
}

/** What one attempt ended in, on `wg.<tenant>.result.<agent>.<flowId>.<taskId>.<attempt>`: the first one counts. */
export class TaskResult {
  @IsIn([...RESULT_KINDS]) kind!: ResultKind;
  @Optional() output?: unknown;
  @Optional() @Nested(() => Fault) error?: Fault;
  @Optional() @NestedList(() => Artifact) artifacts?: Artifact[];
  /** The process that worked on it. */
  @Matches(TOKEN) instance!: string;
  @IsTime() startedAt!: string;
  @IsTime() endedAt!: string;
  /** Money spent, in US dollars. */
  @Optional() @IsNumber() @Min(0) cost?: number;
  /** Of `handoff`, `escalate` and `delegated`: the request itself. */
  @Optional() @IsObject() request?: Record<string, unknown>;
  /** Of the same kinds: what the next attempt goes on from. */
  @Optional() workState?: unknown;
}

export class TaskProgress {
  /** Part done, 0 to 1. */
  @IsNumber() @Min(0) @Max(1) fraction!: number;
  @Optional() @IsString() message?: string;
  @IsInt() @Min(1) attempt!: number;
  @Matches(TOKEN) instance!: string;
}

/** Stop working: the attempt is canceled, past its deadline, or no longer yours. */
export class TaskAbort {
  @IsString() reason!: string;
  /** Milliseconds in which a result still counts; without them none does. */
  @Optional() @IsInt() @Min(0) grace?: number;
}

/** How often a redelivered attempt was started: the measure of poison. */
export class TaskStart {
  /** 0: the only one was handed back by a process that stopped gracefully. */
  @IsInt() @Min(0) starts!: number;
  @Matches(TOKEN) instance!: string;
}

/** A task that will not be tried again, with what it takes to try it by hand. */
export class DeadLetter {
  @Matches(TOKEN) flowId!: string;
  @Matches(TOKEN) taskId!: string;
  @IsInt() @Min(1) attempt!: number;
  @Matches(SKILL_ID) skill!: string;
  @Matches(TOKEN) owner!: string;
  @Optional() input?: unknown;
  @Nested(() => Fault) error!: Fault;
  /** The agent that had it last, and the step and workflow it was for. */
  @Optional() @Matches(TOKEN) agent?: string;
  @Optional() @IsString() step?: string;
  @Optional() @IsString() workflow?: string;
  /** What an earlier attempt left for the next. */
  @Optional() workState?: unknown;
  /** How the attempts before the last one failed, the newest last. */
  @Optional() @NestedList(() => Fault) earlier?: Fault[];
}
