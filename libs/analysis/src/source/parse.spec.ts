import { LANGUAGES, languageOf, type Language } from './language.js';
import { errorLines, MAX_PARSE, parse } from './parse.js';
import { parserOf } from './parsers.js';

describe('parsing', () => {
  it('knows the languages by extension, and no others', () => {
    const named = [
      'a.ts',
      'a.mts',
      'a.cts',
      'a.d.ts',
      'a.tsx',
      'a.js',
      'a.jsx',
      'a.mjs',
      'a.cjs',
      'a.py',
      'A.PY',
      'a.txt',
      'ts',
      '.ts',
      'x/.py',
      'noext',
      'a.',
    ].map(languageOf);
    const ts = 'typescript';
    const js = 'javascript';
    expect(named).toEqual([
      ts,
      ts,
      ts,
      ts,
      'tsx',
      js,
      js,
      js,
      js,
      'python',
      'python',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('has a parser for each language here', async () => {
    for (const language of LANGUAGES) expect([language, parserOf(language) === undefined]).toEqual([language, false]);
    expect(['a.go', 'A.java', 'a.rs', 'a.c', 'a.h', 'a.cs', 'a.rb', 'a.php', 'a.kt'].map(languageOf)).toEqual([
      ...['go', 'java', 'rust', 'c', 'cpp', 'csharp', 'ruby', 'php', 'kotlin'],
    ]);
    expect(errorLines(await parse('csharp', 'class A { int B() => 1; }'))).toEqual([]);
  });

  it('says where it could not', async () => {
    expect(errorLines(await parse('typescript', 'const a = 1;\nconst = = 2;\n'))).toEqual([2]);
    expect(errorLines(await parse('python', 'x = 1\n'))).toEqual([]);
  });

  it.each(LANGUAGES)('survives text made to break it: %s', async (language: Language) => {
    const deep = 100_000;
    for (const text of [
      '',
      '\0',
      '\ufeff',
      '['.repeat(deep),
      `${'('.repeat(deep)}${')'.repeat(deep)}`,
      'if(a)'.repeat(20_000),
      `x = ${'-'.repeat(deep)}1`,
      `"${'\\'.repeat(deep)}`,
      '`${'.repeat(20_000),
      '\ud800\udfff\ud800',
    ]) {
      const root = await parse(language, text);
      expect(errorLines(root).length).toBeLessThanOrEqual(3);
      expect(root.findAll({ rule: { kind: 'ERROR', regex: '^none$' } })).toEqual([]);
    }
  });

  it('refuses what is too large', async () => expect(parse('python', 'x'.repeat(MAX_PARSE + 1))).rejects.toThrow(RangeError));

  it('gives places in lines and UTF-16 columns', async () => {
    const root = await parse('typescript', '/* 🐝 */ const ü = 1;\n  eval(x)');
    expect(root.find({ rule: { kind: 'variable_declarator' } })!.range().start).toMatchObject({ line: 0, column: 15 });
    expect(root.find({ rule: { pattern: 'eval($A)' } })!.range().start).toMatchObject({ line: 1, column: 2 });
  });

  it('frees the trees it has no more use for', async () => {
    const text = 'const f = (a) => { if (a) { return [1, 2, 3].map((x) => x + a); } };\n'.repeat(3000);
    for (let turn = 0; turn < 10; turn++) await parse('typescript', text);
    const before = process.memoryUsage.rss();
    for (let turn = 0; turn < 40; turn++) await parse('typescript', text);
    // 8 MB of text: its trees would take about 240 MB.
    expect(process.memoryUsage.rss() - before).toBeLessThan(120_000_000);
  }, 120_000);
});
