import { DebtReport } from '@waggle/analysis';
import { Nested, NestedList, WorkspaceRef } from '@waggle/protocol';
import { Shard } from '@waggle/workspace';

export class AnalyzeInput {
  @Nested(() => Shard) shard!: Shard;
}

export class DuplicationInput {
  @Nested(() => WorkspaceRef) workspace!: WorkspaceRef;
}

export class StructureInput {
  @Nested(() => WorkspaceRef) workspace!: WorkspaceRef;
  /** What `tech-debt.analyze` said of all shards of it. */
  @NestedList(() => DebtReport) debt!: DebtReport[];
}
