import { Nested, Optional } from '@waggle/protocol';
import { Shard } from '@waggle/workspace';
import { IsBoolean } from 'class-validator';

export class AuditInput {
  @Nested(() => Shard) shard!: Shard;
  /** Take nothing from an audit before. */
  @Optional() @IsBoolean() fresh?: boolean;
}
