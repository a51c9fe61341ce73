import { IsInt, IsString, Matches, Min } from 'class-validator';
import { TOKEN } from '../ids.js';

/** Where a large value lies: content-addressed chunks on `wg.<tenant>.blob.<writer>.<sha256>.<n>`. */
export class BlobRef {
  /** Who stored it: a token of the subject. */
  @Matches(TOKEN) writer!: string;
  /** Lower-case hex of the content's SHA-256. */
  @Matches(/^[0-9a-f]{64}$/) sha256!: string;
  /** Bytes. */
  @IsInt() @Min(0) size!: number;
  @IsInt() @Min(1) chunks!: number;
  /** Media type, e.g. `application/json`. */
  @IsString() type!: string;
}

/** Inputs and outputs above this many bytes of JSON travel by reference. */
export const INLINE_LIMIT = 64 * 1024;

/** A value by reference, standing anywhere inside an input or output. Agents get the value itself. */
export interface ValueRef {
  $blob: BlobRef;
}

export const isValueRef = (value: unknown): value is ValueRef =>
  typeof value === 'object' && value !== null && typeof (value as ValueRef).$blob === 'object' && (value as ValueRef).$blob !== null;
