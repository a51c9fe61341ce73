import { NestedList } from '@waggle/protocol';
import { IsArray, IsBoolean, IsIn, IsInt, IsString, Min } from 'class-validator';

/** What a module takes from another. */
export class ImportFacts {
  /** As it is written: `./a.js`, `@scope/name`. */
  @IsString() from!: string;
  /** Names as the other module exports them; `*` for all of it, none for its effects alone. */
  @IsArray() @IsString({ each: true }) names!: string[];
  /** Gone when the program runs. */
  @IsBoolean() types!: boolean;
  @IsInt() @Min(1) line!: number;
}

/** A name that a module gives. */
export class ExportFacts {
  @IsString() name!: string;
  @IsInt() @Min(1) line!: number;
  @IsIn(['value', 'type']) kind!: 'value' | 'type';
  /** Whether its own module speaks of it elsewhere. */
  @IsBoolean() usedHere!: boolean;
}

/** What one module of TypeScript or JavaScript takes and gives. */
export class ModuleFacts {
  @IsString() file!: string;
  @NestedList(() => ImportFacts) imports!: ImportFacts[];
  @NestedList(() => ExportFacts) exports!: ExportFacts[];
}
