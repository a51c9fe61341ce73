import { IsInt, IsString, Min } from 'class-validator';
import { Nested } from '../validation/decorators.js';
import { BlobRef } from './value.js';

/** A snapshot of a folder: inputs of workflows and skills name it `{ "$ref": "waggle:workspace" }`. */
export class WorkspaceRef {
  /** The list of files, kept as a blob. */
  @Nested(() => BlobRef) manifest!: BlobRef;
  @IsInt() @Min(0) files!: number;
  @IsInt() @Min(0) bytes!: number;
  /** Named in the manifest with the reason, their content left out. */
  @IsInt() @Min(0) skipped!: number;
  /** The folder's name, without its path. */
  @IsString() root!: string;
}
