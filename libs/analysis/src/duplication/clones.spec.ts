import fc from 'fast-check';
import { CloneFinder } from './clones.js';
import { tokenize, type Tokens } from './tokenize.js';

const tokens = (values: readonly number[]): Tokens => ({
  hashes: Int32Array.from(values),
  shapes: Int32Array.from(values),
  lines: Int32Array.from(values, (_, at) => at + 1),
});
const count = (code: string, language: 'typescript' | 'python' = 'typescript'): number => tokenize(language, code).hashes.length;

describe('cutting code into tokens', () => {
  it('leaves out comments, spaces and imports', () => {
    expect(count('a = b; // c d e\n/* f\ng */ h();')).toBe(8);
    expect(count("import { a,\n b } from 'x';\nimport 'y';\nexport { c } from './c.js';\nd();")).toBe(4);
    expect(count('x = 1 # y z\nfrom a.b import (c,\n  d)\nimport e\nf()', 'python')).toBe(6);
    expect(count('import(x); imports.y();')).toBe(11);
  });

  it('keeps count of lines through texts and comments of several', () => {
    expect([...tokenize('typescript', 'a;\n`x\ny`;\n/* z\n\n*/ b;').lines]).toEqual([1, 1, 2, 3, 6, 6]);
    expect([...tokenize('python', 'a\n"""x\ny"""\nb').lines]).toEqual([1, 2, 4]);
  });

  it('ends on any text, in time that grows with it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        (text) => count(text) <= text.length && count(text, 'python') <= text.length,
      ),
    );
    for (const text of [
      '`'.repeat(100_001),
      '"\\'.repeat(50_000),
      '/*'.repeat(50_000),
      "'''".repeat(33_333),
      `import ${'{'.repeat(100_000)}`,
      'import a\n'.repeat(20_000),
    ]) {
      expect(count(text)).toBeLessThanOrEqual(text.length);
      expect(count(text, 'python')).toBeLessThanOrEqual(text.length);
    }
  });
});

describe('finding clones', () => {
  it('finds every run of 50 tokens that stands in two files, wherever it lies', () => {
    const value = fc.integer({ min: 1, max: 1_000_000 });
    const run = (min: number, max: number) => fc.array(value, { minLength: min, maxLength: max });
    fc.assert(
      fc.property(run(50, 80), fc.tuple(run(0, 120), run(0, 120), run(0, 120), run(0, 120)), (shared, [a, b, c, d]) => {
        const finder = new CloneFinder();
        finder.add(tokens([...a, ...shared, ...b]));
        finder.add(tokens([...c, ...shared, ...d]));
        const longest = Math.max(
          0,
          ...finder.clones.filter((clone) => clone.first.file === 0 && clone.second.file === 1).map((clone) => clone.tokens),
        );
        expect(longest).toBeGreaterThanOrEqual(shared.length);
      }),
      { numRuns: 300 },
    );
  });

  it('reports nothing but what is equal, and nothing shorter than 50', () => {
    const few = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 300 });
    fc.assert(
      fc.property(few, few, (a, b) => {
        const files = [a, b];
        const finder = new CloneFinder();
        files.forEach((file) => finder.add(tokens(file)));
        for (const { first, second, tokens: length } of finder.clones) {
          expect(length).toBeGreaterThanOrEqual(50);
          expect(files[first.file]!.slice(first.from, first.to)).toEqual(files[second.file]!.slice(second.from, second.to));
          if (first.file === second.file) expect(first.to).toBeLessThanOrEqual(second.from);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('finds what was copied and had its variables renamed, each for one', () => {
    const code = (names: string[]): string => {
      const [list, sum, each, limit] = names as [string, string, string, string];
      return `function f(${list}, ${limit}) {
        let ${sum} = 0;
        for (const ${each} of ${list}.items) {
          if (${each}.price > ${limit} && !${each}.free) ${sum} += ${each}.price * 2;
          else ${sum} -= ${each}.rebate;
        }
        return ${sum} / ${list}.items.length;
      }`;
    };
    const clones = (first: string, second: string): { tokens: number; renamed: boolean }[] => {
      const finder = new CloneFinder('renamed');
      for (const text of [first, second]) finder.add(tokenize('typescript', text));
      return finder.clones.map(({ tokens: length, renamed }) => ({ tokens: length, renamed }));
    };
    const one = code(['list', 'sum', 'each', 'limit']);
    const size = tokenize('typescript', one).hashes.length;
    expect(clones(one, code(['orders', 'total', 'order', 'most']))).toEqual([{ tokens: size, renamed: true }]);
    expect(clones(one, one)).toEqual([{ tokens: size, renamed: false }]);
    // two variables became one: something else is computed
    expect(clones(one, code(['orders', 'total', 'total', 'most']))).toEqual([]);
    expect(clones(one, one.replaceAll('.price', '.cost'))).toEqual([]);
  });

  it('takes 49 equal tokens for none', () => {
    const finder = new CloneFinder();
    const shared = Array.from({ length: 49 }, (_, at) => at + 10);
    finder.add(tokens([1, ...shared, 2]));
    finder.add(tokens([3, ...shared, 4]));
    expect(finder.clones).toEqual([]);
  });

  it('stays quick on a file that repeats itself', () => {
    const finder = new CloneFinder();
    const started = process.cpuUsage();
    finder.add(tokens(Array.from({ length: 500_000 }, (_, at) => at % 7)));
    finder.add(tokens(new Array<number>(500_000).fill(1)));
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(5000);
  });
});
