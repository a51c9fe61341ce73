import { IsBoolean, IsIn, IsInt, IsObject, IsString, Matches, Max, Min } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { PRIORITIES, SIGNALS, type Priority, type SignalName } from '../enums.js';
import { SKILL_ID, TOKEN } from '../ids.js';
import { Nested, Optional } from '../validation/decorators.js';

/** The attempt that asked for a child flow. Only an agent may name one: the one that works on it. */
export class ParentRef {
  @Matches(TOKEN) flowId!: string;
  @Matches(TOKEN) taskId!: string;
  @IsInt() @Min(1) attempt!: number;
  /** The attempt will not wait for it itself: the child may take as long as the parent flow has. */
  @Optional() @IsBoolean() delegated?: boolean;
}

/** A flow whose results this one begins with: what it completed is not done again. */
export class ResumeRef {
  @Matches(TOKEN) flowId!: string;
  /** As it was after so many transitions; as it ended when left out. */
  @Optional() @IsInt() @Min(1) n?: number;
}

/** The dead letter that this is a second try of. */
export class ReplayRef {
  @Matches(TOKEN) flowId!: string;
  @Matches(TOKEN) taskId!: string;
}

/**
 * A flow or single task asked for: exactly one of `skill`, `workflow`, `definition` and `resumes`.
 * Published on `wg.<tenant>.submit.<owner>.<flowId>`; first wins.
 */
@JSONSchema({ oneOf: [{ required: ['skill'] }, { required: ['workflow'] }, { required: ['definition'] }, { required: ['resumes'] }] })
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
  @Optional() @Nested(() => ReplayRef) replays?: ReplayRef;
  /** Instead of the three: that flow again, with its definition and input, from what it completed. */
  @Optional() @Nested(() => ResumeRef) resumes?: ResumeRef;
}

/** Published on `wg.<tenant>.signal.<owner>.<flowId>.<id>`; applied in the order stored. */
export class Signal {
  @IsIn([...SIGNALS]) signal!: SignalName;
  @Optional() @IsString() reason?: string;
  /** Of the signal, e.g. what `modify` changes. */
  @Optional() @IsObject() data?: Record<string, unknown>;
}
