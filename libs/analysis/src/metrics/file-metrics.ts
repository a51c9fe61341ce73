import { IsIn, IsInt, IsString, Min } from 'class-validator';
import { LANGUAGES, type Language } from '../source/language.js';
import type { FunctionFacts } from './functions.js';

/** The figures of one file. */
export class FileMetrics {
  @IsString() file!: string;
  @IsIn([...LANGUAGES]) language!: Language;
  @IsInt() @Min(0) lines!: number;
  @IsInt() @Min(0) functions!: number;
  /** Of its most complex function; 0 without functions. */
  @IsInt() @Min(0) complexityMax!: number;
  /** Of all functions and what stands outside them. */
  @IsInt() @Min(0) complexitySum!: number;
  /** Places that could not be parsed. */
  @IsInt() @Min(0) parseErrors!: number;
}

export const fileMetrics = (
  of: { file: string; language: Language; lines: number; parseErrors: number },
  { functions, outside }: { functions: readonly FunctionFacts[]; outside: number },
): FileMetrics => ({
  file: of.file,
  language: of.language,
  lines: of.lines,
  functions: functions.length,
  complexityMax: functions.reduce((max, each) => Math.max(max, each.complexity), 0),
  complexitySum: functions.reduce((sum, each) => sum + each.complexity, outside),
  parseErrors: of.parseErrors,
});
