import { Nested, Optional, WorkspaceRef } from '@waggle/protocol';
import { Shard } from '@waggle/workspace';
import { IsBoolean } from 'class-validator';

export class AuditInput {
  @Nested(() => Shard) shard!: Shard;
  /** Take nothing from an audit before. */
  @Optional() @IsBoolean() fresh?: boolean;
}

/** What is asked of a workspace as a whole. */
export class WorkspaceInput {
  @Nested(() => WorkspaceRef) workspace!: WorkspaceRef;
  /** Take nothing from an audit before. */
  @Optional() @IsBoolean() fresh?: boolean;
}
