import { BlobRef } from '@waggle/protocol';
import { Type } from 'class-transformer';
import { IsInt, IsString, MaxLength, Min, ValidateNested } from 'class-validator';

/** A snapshot of a folder, as flows pass it on: the input type `waggle:workspace`. */
export class WorkspaceRef {
  /** The list of its entries. */
  @ValidateNested() @Type(() => BlobRef) manifest!: BlobRef;
  /** Text files stored. */
  @IsInt() @Min(0) files!: number;
  /** Bytes of them. */
  @IsInt() @Min(0) bytes!: number;
  /** Entries listed with a reason and not stored. */
  @IsInt() @Min(0) skipped!: number;
  /** The folder's own name, without its path. */
  @IsString() @MaxLength(255) root!: string;
}
