import { Nested, WorkspaceRef } from '@waggle/protocol';
import { IsInt, Min } from 'class-validator';

/** A part of a workspace: entries `from` (inclusive) to `to` (exclusive) of its manifest. */
export class Shard {
  @Nested(() => WorkspaceRef) workspace!: WorkspaceRef;
  @IsInt() @Min(0) from!: number;
  @IsInt() @Min(0) to!: number;
}
