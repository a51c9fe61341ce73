import { DebtReport } from '@waggle/analysis';
import { Nested, NestedList, Optional, WorkspaceRef } from '@waggle/protocol';
import { Shard } from '@waggle/workspace';
import { IsBoolean } from 'class-validator';

class Remembering {
  /** Take nothing from an audit before. */
  @Optional() @IsBoolean() fresh?: boolean;
}

export class AnalyzeInput extends Remembering {
  @Nested(() => Shard) shard!: Shard;
}

export class DuplicationInput extends Remembering {
  @Nested(() => WorkspaceRef) workspace!: WorkspaceRef;
}

export class StructureInput extends Remembering {
  @Nested(() => WorkspaceRef) workspace!: WorkspaceRef;
  /** What `tech-debt.analyze` said of all shards of it. */
  @NestedList(() => DebtReport) debt!: DebtReport[];
}
