import { NestedList, Optional, WorkspaceRef, Nested } from '@waggle/protocol';
import { Shard } from '@waggle/workspace';
import { IsInt, Max, Min } from 'class-validator';

export class ShardInput {
  @Nested(() => WorkspaceRef) workspace!: WorkspaceRef;
  /** Text files in one shard at most; default 200. */
  @Optional() @IsInt() @Min(1) @Max(20_000) maxFiles?: number;
  /** Bytes of text in one shard, about; default 2 MiB. */
  @Optional() @IsInt() @Min(1) maxBytes?: number;
}

export class ShardOutput {
  /** Together all of the workspace, in order. */
  @NestedList(() => Shard) shards!: Shard[];
  /** Text files in them. */
  @IsInt() @Min(0) files!: number;
  /** Bytes of those. */
  @IsInt() @Min(0) bytes!: number;
  /** Entries that hold no text. */
  @IsInt() @Min(0) skipped!: number;
}
