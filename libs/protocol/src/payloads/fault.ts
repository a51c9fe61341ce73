import { IsBoolean, IsString } from 'class-validator';
import { NestedList, Optional } from '../validation/decorators.js';

/** One thing that is wrong. */
export class ProblemDto {
  @IsString() code!: string;
  @Optional() @IsString() path?: string;
  @IsString() message!: string;
  @Optional() @IsString() remedy?: string;
}

/** How an attempt failed. The code is one of the catalogue or the agent's own; nobody branches on the text. */
export class Fault {
  @IsString() code!: string;
  @IsString() message!: string;
  @IsBoolean() retryable!: boolean;
  @Optional() @NestedList(() => ProblemDto) problems?: ProblemDto[];
  /** The text of what caused it, for people. */
  @Optional() @IsString() cause?: string;
}
