import { DebtReport, SecurityReport } from '@waggle/analysis';
import { BlobRef, Nested, NestedList, Optional, WorkspaceRef } from '@waggle/protocol';
import { IsBoolean } from 'class-validator';

export class ConsolidateInput {
  @Nested(() => WorkspaceRef) workspace!: WorkspaceRef;
  /** One of each part of the workspace, in any order. */
  @NestedList(() => DebtReport) debt!: DebtReport[];
  @NestedList(() => SecurityReport) security!: SecurityReport[];
  /** Baselines in place of the one that the workspace holds. */
  @Optional() @NestedList(() => BlobRef) baselines?: BlobRef[];
  /** Compare with no audit before, and let none after compare with this one. */
  @Optional() @IsBoolean() fresh?: boolean;
}
