import { IsArray, IsBoolean, IsOptional, IsString, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';

/** One thing that is wrong. */
export class ProblemDto {
  @IsString() code!: string;
  @IsOptional() @IsString() path?: string;
  @IsString() message!: string;
  @IsOptional() @IsString() remedy?: string;
}

/** How an attempt failed. The code is one of the catalogue or the agent's own; nobody branches on the text. */
export class Fault {
  @IsString() code!: string;
  @IsString() message!: string;
  @IsBoolean() retryable!: boolean;
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => ProblemDto) problems?: ProblemDto[];
  /** The text of what caused it, for people. */
  @IsOptional() @IsString() cause?: string;
}
