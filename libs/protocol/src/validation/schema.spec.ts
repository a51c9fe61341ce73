import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsInt, IsIn, IsNumber, IsPositive, IsString, Matches, Max, Min, ValidateNested } from 'class-validator';
import { Nested, NestedList, Optional, schemaOf, validatorOf } from '../index.js';

class Line {
  @Min(1) @IsInt() from!: number;
  @IsInt() @Min(1) to!: number;
}

class Base {
  @IsString() name!: string;
}

/** As an agent's author writes an input. */
class Input extends Base {
  @IsPositive() @IsInt() size!: number;
  @Optional() @IsNumber() @Min(0) @Max(1) ratio?: number;
  @Matches(/^[a-z]+\.ts$/) file!: string;
  @IsIn(['a', 2, null]) mixed!: unknown;
  @IsArray() @ArrayMaxSize(3) @Max(9, { each: true }) @IsInt({ each: true }) numbers!: number[];
  @NestedList(() => Line) lines!: Line[];
  @Optional() @Nested(() => Line) line?: Line;
}

class Tree {
  @IsString() name!: string;
  @NestedList(() => Tree) children!: Tree[];
}

const line = { from: 1, to: 2 };
const input = { name: 'n', size: 1, file: 'a.ts', mixed: 2, numbers: [1, 9], lines: [line] };
const wrongIn = (schema: Parameters<typeof validatorOf>[0], value: unknown) => validatorOf(schema)(value).map(({ path }) => path);

describe('schemaOf', () => {
  it('says what the decorators check', () => {
    expect(wrongIn(Input, input)).toEqual([]);
    expect(wrongIn(Input, { ...input, line, ratio: 0.5, unknown: 1 })).toEqual([]);
  });

  it('keeps integers whole, whatever the order of the decorators', () => {
    expect(wrongIn(Input, { ...input, size: 1.5 })).toEqual(['size']);
    expect(wrongIn(Input, { ...input, lines: [{ from: 1.5, to: 2.5 }] })).toEqual(['lines[0].from', 'lines[0].to']);
    expect(wrongIn(Input, { ...input, numbers: [1.5] })).toEqual(['numbers[0]']);
  });

  it.each([
    ['name', undefined],
    ['size', 0],
    ['ratio', 2],
    ['ratio', null],
    ['file', 'A.ts'],
    ['mixed', 'b'],
    ['numbers', [1, 2, 3, 4]],
    ['lines', {}],
    ['line', [line]],
    ['line', null],
  ])('finds a wrong %s: %j', (field, value) => {
    expect(wrongIn(Input, { ...input, [field]: value })).toEqual([field]);
  });

  it('is self-contained, also for a class that holds itself', () => {
    expect(Object.keys(schemaOf(Input).$defs as object)).toEqual(['Line']);
    const leaf = { name: 'leaf', children: [] };
    expect(wrongIn(Tree, { name: 'root', children: [leaf, { name: 'x', children: [{ name: 1, children: [] }] }] })).toEqual([
      'children[1].children[0].name',
    ]);
    expect(wrongIn({ type: 'object', properties: { tree: schemaOf(Line) } }, { tree: line })).toEqual([]);
  });

  it('keeps two classes of one name apart', () => {
    const other = (() => {
      class Line {
        @IsString() text!: string;
      }
      return Line;
    })();
    class Both {
      @Nested(() => Line) one!: Line;
      @Nested(() => other) two!: object;
    }
    expect(wrongIn(Both, { one: line, two: { text: 't' } })).toEqual([]);
    expect(wrongIn(Both, { one: { text: 't' }, two: line })).toEqual(['one.from', 'one.to', 'two.text']);
  });

  it('takes anything as a class without fields', () => {
    class Empty {}
    expect(schemaOf(Empty)).toEqual({ type: 'object' });
    expect(wrongIn(Empty, { a: 1 })).toEqual([]);
    expect(wrongIn(Empty, [])).toEqual([undefined]);
  });

  it('is made once', () => {
    expect(schemaOf(Input)).toBe(schemaOf(Input));
  });

  it('refuses what JSON Schema cannot say', () => {
    class Flags {
      @Matches(/^a$/i) text!: string;
    }
    class Untyped {
      @IsArray() @ValidateNested({ each: true }) lines!: Line[];
    }
    class Typed {
      @ValidateNested() @Type(() => Line) line!: Line;
    }
    for (const wrong of [Flags, Untyped]) {
      expect(() => schemaOf(wrong)).toThrow(expect.objectContaining({ code: 'INVALID_DEFINITION' }) as Error);
    }
    expect(wrongIn(Typed, { line })).toEqual([]);
  });
});
