import { Nested } from '@waggle/protocol';
import { Shard } from '@waggle/workspace';

export class AuditInput {
  @Nested(() => Shard) shard!: Shard;
}
