import { IsArray, IsBoolean, IsIn, IsInt, IsNumber, IsObject, IsString, Matches, Max, Min } from 'class-validator';
import { END_STATES, SEVERITIES, STATES, type EndState, type Severity, type State } from '../enums.js';
import { TOKEN } from '../ids.js';
import { ProblemDto } from './fault.js';
import { Artifact } from './task.js';
import { IsTime, Nested, NestedList, Optional } from '../validation/decorators.js';

/** What a flow took in all, its sub-flows aside. */
export class OutcomeSummary {
  /** Milliseconds from submission to the end. */
  @IsNumber() @Min(0) elapsedMs!: number;
  /** Milliseconds that completed tasks were worked on, as their agents say. */
  @IsNumber() @Min(0) workMs!: number;
  /** Agents that worked on it. */
  @IsInt() @Min(0) agents!: number;
  /** Parts of the tasks that ended by themselves. */
  @IsNumber() @Min(0) @Max(1) successRate!: number;
  @IsNumber() @Min(0) @Max(1) failureRate!: number;
}

/** The one end of a flow, on `wg.<tenant>.outcome.<owner>.<flowId>`. */
export class Outcome {
  @Matches(TOKEN) flowId!: string;
  @IsIn([...END_STATES]) state!: EndState;
  /** Its name; none where a single skill was asked for. */
  @Optional() @IsString() workflow?: string;
  /** Of `COMPLETED`. May be or hold `{ "$blob": … }`. */
  @Optional() output?: unknown;
  /** Of all other states: everything that is wrong. */
  @Optional() @NestedList(() => ProblemDto) errors?: ProblemDto[];
  /** Of `OVERLOADED`: milliseconds after which a submission is likely to be taken. */
  @Optional() @IsInt() @Min(0) retryAfter?: number;
  @Optional() @NestedList(() => Artifact) artifacts?: Artifact[];
  @IsTime() startedAt!: string;
  @IsTime() endedAt!: string;
  /** Tasks by how they ended: `completed`, `failed`, `skipped`, `canceled`, and `attempts` in all. */
  @IsObject() tasks!: Record<string, number>;
  /** Money spent by all attempts, in US dollars. */
  @IsNumber() @Min(0) cost!: number;
  @Optional() @Nested(() => OutcomeSummary) summary?: OutcomeSummary;
}

/** A step as `status` shows it. */
export class StepStatus {
  @IsString() id!: string;
  @IsIn([...STATES, 'WAITING', 'SKIPPED']) state!: State | 'WAITING' | 'SKIPPED';
  @Optional() @IsString() skill?: string;
  /** Tasks of the step: one, or as many as `forEach` found. */
  @IsInt() @Min(0) total!: number;
  @IsInt() @Min(0) done!: number;
  @IsInt() @Min(0) running!: number;
  @IsInt() @Min(0) failed!: number;
  /** Attempts beyond the first. */
  @IsInt() @Min(0) retries!: number;
  /** Why nothing runs: `NO_AGENT`, `FROZEN`, `DECISION`, `CHILDREN`. */
  @Optional() @IsString() waitingFor?: string;
  /** Agents at work on it. */
  @Optional() @IsArray() agents?: string[];
}

/** A question that a flow waits for: answer it on `wg.<tenant>.escalation.answer.<you>.<flowId>.<id>`. */
export class AskStatus {
  @Matches(TOKEN) id!: string;
  @IsString() step!: string;
  @IsIn([...SEVERITIES]) severity!: Severity;
  @IsString() question!: string;
  /** Their ids. */
  @IsArray() @IsString({ each: true }) options!: string[];
  /** When it is over: `defaultAction` is taken, or the task fails. */
  @IsTime() until!: string;
}

/** Where a flow is now, on `wg.<tenant>.status.<owner>.<flowId>`: the last value counts, changes are throttled. */
export class FlowStatus {
  @Matches(TOKEN) flowId!: string;
  @IsIn([...STATES]) state!: State;
  @Optional() @IsString() workflow?: string;
  @IsNumber() @Min(0) @Max(1) fraction!: number;
  @NestedList(() => StepStatus) steps!: StepStatus[];
  /** Transitions folded: a later status has a higher one. */
  @IsInt() @Min(0) version!: number;
  @IsTime() startedAt!: string;
  @IsTime() updatedAt!: string;
  @Optional() @IsTime() deadline?: string;
  /** Nothing begins until it is resumed. */
  @Optional() @IsBoolean() paused?: boolean;
  /** Questions it waits for, the first of them. */
  @Optional() @NestedList(() => AskStatus) asks?: AskStatus[];
}
