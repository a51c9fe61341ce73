import { DebtReport, SecurityReport } from '@waggle/analysis';
import { Nested, NestedList, WorkspaceRef } from '@waggle/protocol';

export class ConsolidateInput {
  @Nested(() => WorkspaceRef) workspace!: WorkspaceRef;
  /** One of each part of the workspace, in any order. */
  @NestedList(() => DebtReport) debt!: DebtReport[];
  @NestedList(() => SecurityReport) security!: SecurityReport[];
}
