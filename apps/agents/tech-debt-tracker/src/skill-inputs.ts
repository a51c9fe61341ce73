import { Nested, WorkspaceRef } from '@waggle/protocol';
import { Shard } from '@waggle/workspace';

export class AnalyzeInput {
  @Nested(() => Shard) shard!: Shard;
}

export class DuplicationInput {
  @Nested(() => WorkspaceRef) workspace!: WorkspaceRef;
}
