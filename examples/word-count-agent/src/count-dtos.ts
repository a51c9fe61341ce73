import { NestedList, Optional } from '@waggle/protocol';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';

export class CountWords {
  @IsString() @MaxLength(1_000_000) text!: string;
  /** How many of the most frequent words to name. */
  @Optional() @IsInt() @Min(0) @Max(100) top?: number;
}

export class Frequency {
  @IsString() word!: string;
  @IsInt() @Min(1) count!: number;
}

export class WordCount {
  @IsInt() @Min(0) words!: number;
  @IsInt() @Min(0) lines!: number;
  @IsInt() @Min(0) characters!: number;
  @NestedList(() => Frequency) most!: Frequency[];
}
