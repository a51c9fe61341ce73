import { Type } from 'class-transformer';
import { IsInt, Min, ValidateNested } from 'class-validator';
import { WorkspaceRef } from './workspace-ref.js';

/** A part of a workspace: entries `from` (inclusive) to `to` (exclusive) of its manifest. */
export class Shard {
  @ValidateNested() @Type(() => WorkspaceRef) workspace!: WorkspaceRef;
  @IsInt() @Min(0) from!: number;
  @IsInt() @Min(0) to!: number;
}
