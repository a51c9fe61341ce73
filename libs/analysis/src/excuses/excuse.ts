import { IsInt, IsString, Min } from 'class-validator';

/** A comment `waggle-ignore RULE reason`: on the line of a finding, or on the one before it. */
export class Excuse {
  @IsString() file!: string;
  /** Of the comment, from 1. */
  @IsInt() @Min(1) line!: number;
  /** The line it speaks of. */
  @IsInt() @Min(1) target!: number;
  /** A rule's id, or its beginning followed by `*`. */
  @IsString() rule!: string;
  /** Why; an excuse without a reason is none. */
  @IsString() reason!: string;
}
