import { IsIn, IsInt, IsObject, IsString, Matches, Max, Min } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { PRIORITIES, SIGNALS, type Priority, type SignalName } from '../enums.js';
import { SKILL_ID, TOKEN } from '../ids.js';
import { Nested, Optional } from '../validation/decorators.js';

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
@JSONSchema({ oneOf: [{ required: ['skill'] }, { required: ['workflow'] }, { required: ['definition'] }] })
export class Submit {
  @Optional() @Matches(SKILL_ID) skill?: string;
  /** A stored workflow's name. */
  @Optional() @Matches(TOKEN) workflow?: string;
  /** Of the workflow: `1`, `1.2` or `1.2.3`; the newest that fits, the newest of all when left out. */
  @Optional() @IsString() version?: string;
  @Optional() @IsObject() definition?: Record<string, unknown>;
  /** What the skill or workflow gets; its schema decides. */
  @Optional() input?: unknown;
  @Optional() @IsIn([...PRIORITIES]) priority?: Priority;
  /** Milliseconds from submission until the flow is ended with `FLOW_TIMEOUT`; at most six days. */
  @Optional() @IsInt() @Min(1) @Max(6 * 86_400_000) timeout?: number;
  @Optional() @Nested(() => ParentRef) parent?: ParentRef;
}

/** Published on `wg.<tenant>.signal.<owner>.<flowId>.<id>`; applied in the order stored. */
export class Signal {
  @IsIn([...SIGNALS]) signal!: SignalName;
  @Optional() @IsString() reason?: string;
  /** Of the signal, e.g. what `modify` changes. */
  @Optional() @IsObject() data?: Record<string, unknown>;
}
