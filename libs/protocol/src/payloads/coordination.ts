import { IsArray, IsBoolean, IsInt, IsObject, IsString, Matches, Min } from 'class-validator';
import { TOKEN } from '../ids.js';
import { IsTime, NestedList, Optional } from '../validation/decorators.js';

/** Something that happened outside, on `wg.<tenant>.event.<source>.<type>`: flows may start or go on by it. */
export class BusEvent {
  @Matches(TOKEN) source!: string;
  @Matches(TOKEN) type!: string;
  /** What it happened to. */
  @Optional() @IsString() subject?: string;
  @Optional() @IsTime() occurredAt?: string;
  @Optional() data?: unknown;
}

/** A flow that waits, on `wg.<tenant>.wait.<kind>.<key>.<flowId>`: an index, for who must be woken. */
export class WaitEntry {
  /** `skill`, `event` or `shared`; `key` is of `shared` the task. */
  @Matches(TOKEN) kind!: string;
  @IsString() key!: string;
  @Matches(TOKEN) flowId!: string;
  @Optional() @IsTime() until?: string;
  /** Of what is shared (`FlowShare`): what is asked for, or given back. */
  @Optional() @IsObject() data?: object;
}

/** A flow's nearest deadline, stored by the broker when it comes. One that the flow no longer awaits is ignored. */
export class TimerDue {
  @Matches(TOKEN) flowId!: string;
  /** The transition that armed it. */
  @IsInt() @Min(1) n!: number;
  @IsTime() at!: string;
}

/** A position in a stream: the identity of an input, whatever copies were made. */
export class InputOrigin {
  @IsString() stream!: string;
  @IsInt() @Min(1) sequence!: number;
}

/** One entry of a flow's log, on `wg.<tenant>.flow.<flowId>`. What its events and commands hold is the engine's own affair. */
export class TransitionEnvelope {
  /** 1 for the first; no gap. */
  @IsInt() @Min(1) n!: number;
  /** Milliseconds since 1970, by the broker's clock; never less than the last one's. */
  @IsInt() @Min(0) at!: number;
  @NestedList(() => InputOrigin) inputs!: InputOrigin[];
  @IsArray() @IsObject({ each: true }) events!: Record<string, unknown>[];
  @IsArray() @IsObject({ each: true }) commands!: Record<string, unknown>[];
  /** More commands are due than one entry holds. */
  @IsBoolean() more!: boolean;
}
