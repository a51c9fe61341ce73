import { isGenerated, isTestFile, isTooDeep } from './file-kind.js';
import { excerpt, splitLines } from './lines.js';

describe('kinds of files', () => {
  it('knows tests, examples and fixtures by their paths', () => {
    for (const path of [
      'test/a.ts',
      'src/a.spec.ts',
      'src/a.test.js',
      'pkg/__tests__/x.js',
      'tests/test_a.py',
      'a/test_b.py',
      'b_test.py',
      'conftest.py',
      'examples/x.ts',
      'src/fixtures/x.py',
    ])
      expect([path, isTestFile(path)]).toEqual([path, true]);
    for (const path of ['src/a.ts', 'src/contest.ts', 'src/latest/a.ts', 'attest.py', 'src/testing.ts', 'spec.ts'])
      expect([path, isTestFile(path)]).toEqual([path, false]);
  });

  it('knows what a machine wrote', () => {
    expect(isGenerated('a.min.js', 'x')).toBe(true);
    expect(isGenerated('a.js', '/* @generated */\nx')).toBe(true);
    expect(isGenerated('a.js', `var a=1;${'b();'.repeat(3000)}`)).toBe(true);
    expect(isGenerated('a.js', 'const a = 1;\n'.repeat(1000))).toBe(false);
    expect(isGenerated('a.js', 'x')).toBe(false);
  });

  it('knows what is nested beyond reason', () => {
    expect(isTooDeep(`${'f('.repeat(500)}x${')'.repeat(500)}`)).toBe(true);
    expect(isTooDeep('f([{}]);'.repeat(5000))).toBe(false);
    expect(isTooDeep(')'.repeat(1000))).toBe(false);
  });
});

describe('an excerpt', () => {
  const lines = Array.from({ length: 100 }, (_, at) => `line ${at + 1}`);

  it('holds the lines around, within the file', () => {
    expect(excerpt(lines, { line: 5, endLine: 6 })).toEqual({
      from: 3,
      lines: ['line 3', 'line 4', 'line 5', 'line 6', 'line 7', 'line 8'],
    });
    expect(excerpt(lines, { line: 1, endLine: 1 }).from).toBe(1);
    expect(excerpt(lines, { line: 100, endLine: 100 }).lines.at(-1)).toBe('line 100');
  });

  it('is bounded both ways', () => {
    expect(excerpt(lines, { line: 10, endLine: 90 }).lines).toHaveLength(12);
    expect(excerpt(['x'.repeat(10_000)], { line: 1, endLine: 1 }).lines[0]!.length).toBeLessThan(300);
  });

  it('knows all kinds of line ends', () => expect(splitLines('a\nb\r\nc\rd')).toEqual(['a', 'b', 'c', 'd']));
});
