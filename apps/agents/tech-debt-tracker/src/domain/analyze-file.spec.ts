import { analyzeFile } from './analyze-file.js';

const findings = async (path: string, text: string): Promise<string[]> => {
  const analysis = await analyzeFile(path, text);
  return 'skipped' in analysis
    ? [`skipped: ${analysis.skipped}`]
    : analysis.findings.map(({ rule, severity, line, message }) => `${severity} ${rule} ${line}: ${message}`);
};

const branches = (count: number): string => Array.from({ length: count }, (_, at) => `  if (a === ${at}) return ${at};`).join('\n');

/** Branches within branches, three each. */
const tangle = (count: number): string =>
  Array.from({ length: count }, (_, at) => `  if (a.x${at}) { for (const b of a) { if (b) { run(${at}); } } }`).join('\n');

describe('functions', () => {
  it('may be as complex as the limit, and one more is found', async () => {
    expect(await findings('src/a.ts', `function f(a) {\n${branches(14)}\n}`)).toEqual([]);
    expect(await findings('src/a.ts', `\nfunction f(a) {\n${branches(15)}\n}`)).toEqual([
      'medium debt/complexity 2: `f` has 16 paths through it (cyclomatic complexity; cognitive 15); 15 are allowed.',
    ]);
    expect(await findings('src/a.ts', `function f(a) {\n${branches(50)}\n}`)).toEqual([
      'medium debt/complexity 1: `f` has 51 paths through it (cyclomatic complexity; cognitive 50); 15 are allowed.',
    ]);
    expect(await findings('src/a.ts', `function f(a) {\n${tangle(16)}\n}`)).toEqual([
      expect.stringMatching(/^high debt\/complexity 1: .*has 49 paths.*cognitive 96/),
    ]);
    expect(await findings('src/a.spec.ts', `function f(a) {\n${branches(15)}\n}`)).toEqual([
      expect.stringContaining('low debt/complexity'),
    ]);
  });

  it('weigh a step less when their paths lie side by side', async () => {
    const cases = Array.from({ length: 60 }, (_, at) => `    case ${at}: return ${at};`).join('\n');
    const few = 'if (b) { a = 1; }\n'.repeat(12);
    expect(await findings('src/a.ts', `function f(a, b) {\n${few}\n  switch (a) {\n${cases}\n  }\n}`)).toEqual([
      expect.stringMatching(/^low debt\/complexity 1: .*has 73 paths.*cognitive 13/),
    ]);
    const chain = Array.from({ length: 60 }, (_, at) => `if (a === ${at}) { return ${at}; }`).join(' else ');
    expect(await findings('src/a.ts', `function f(a) {\n${chain}\n}`)).toEqual([
      expect.stringMatching(/^low debt\/complexity 1: .*has 61 paths/),
    ]);
    const kinds = Array.from({ length: 30 }, (_, at) => `case ${at}: for (const b of a) { if (b) { return ${at}; } } break;`).join('\n');
    expect(await findings('src/a.ts', `function f(a, c) {\nswitch (c) {\n${kinds}\n}\n}`)).toEqual([
      expect.stringMatching(/^medium debt\/complexity 1: .*has 91 paths.*cognitive 151/),
    ]);
    const ternaries = `${Array.from({ length: 14 }, (_, at) => `a === ${at} ? ${at} : `).join('')}0`;
    expect(await findings('src/a.ts', `const f = (a) => ${ternaries};`)).toEqual([
      expect.stringMatching(/^medium debt\/cognitive-complexity 1: .*complexity 105/),
    ]);
  });

  it('weigh a step less when they go through a text character by character', async () => {
    const scan = tangle(16).replace(/if \(b\)/g, "if (b === '+' || b === '-' || b === '*')");
    expect(await findings('src/a.ts', `function f(a) {\n${scan}\n}`)).toEqual([expect.stringMatching(/^medium debt\/complexity 1/)]);
    for (const [file, name] of [
      ['src/lexer.ts', 'f'],
      ['src/a.ts', 'scanNumber'],
    ])
      expect(await findings(file!, `function ${name}(a) {\n${tangle(16)}\n}`)).toEqual([
        expect.stringMatching(/^medium debt\/complexity 1/),
      ]);
  });

  it('are hard to follow when conditions stand within one another', async () => {
    const nested = 'for (const x of a) { if (x) { while (x) { if (b) { run(); } } } }';
    expect(await findings('src/a.ts', `function f(a) {\n${nested}\n}`)).toEqual([]);
    expect(await findings('src/a.ts', `function f(a) {\n${nested}\n${nested}\n}`)).toEqual([
      'medium debt/cognitive-complexity 1: `f` is hard to follow: cognitive complexity 20; 15 are allowed.',
    ]);
  });

  it('are counted in every language that is parsed', async () => {
    expect(
      await findings(
        'src/a.go',
        `package a\nfunc f(a int) int {\n${branches(15)
          .replace(/===/g, '==')
          .replace(/return (\d+);/g, '{ return $1 }')}\nreturn 0\n}`,
      ),
    ).toEqual([expect.stringContaining('medium debt/complexity 2')]);
  });

  it('are long by their own lines, not by those of the functions in them', async () => {
    const body = '  run();\n'.repeat(90);
    expect(await findings('src/a.ts', `function f() {\n${body}}`)).toEqual([
      'low debt/long-function 1: `f` is 92 lines long; 80 are allowed.',
    ]);
    expect(await findings('src/a.ts', `const wrapper = () => {\n${'  run(() => {\n    x();\n  });\n'.repeat(60)}};`)).toEqual([]);
    expect(await findings('src/a.ts', `function f() {\n${'  run(() => {\n    x();\n  });\n'.repeat(90)}}`)).toEqual([
      'low debt/long-function 1: `f` is 272 lines long, 92 without the functions in it; 80 are allowed.',
    ]);
  });

  it('are nested too deep from the fifth level on', async () => {
    const nested = (depth: number): string => `function f(a) { ${'if (a) { '.repeat(depth)}x(); ${'}'.repeat(depth)} }`;
    expect(await findings('src/a.ts', nested(4))).toEqual([]);
    expect(await findings('src/a.ts', nested(5))).toEqual(['low debt/deep-nesting 1: `f` nests control flow 5 deep; 4 are allowed.']);
  });

  it('take too many parameters from the sixth on; a receiver is none', async () => {
    expect(await findings('a.py', 'class A:\n    def f(self, a, b, c, d, e):\n        pass\n')).toEqual([]);
    expect(await findings('a.py', 'def f(a, b, c, d, e, g):\n    pass\n')).toEqual([
      'low debt/long-parameter-list 1: `f` takes 6 parameters; 5 are allowed.',
    ]);
  });
});

describe('work left undone', () => {
  it('is found in comments, at the start of a line of them', async () => {
    const text = ['// TODO: one', '/* FIXME two */', '/**', ' * HACK(me) three', ' */', 'x(); // XXX'].join('\n');
    expect(await findings('src/a.ts', text)).toEqual([
      'info debt/todo 1: TODO: one',
      'low debt/todo 2: FIXME: two',
      'low debt/todo 4: HACK: me) three',
      'low debt/todo 6: XXX without a word on what.',
    ]);
    expect(await findings('a.py', '# TODO four\nx = 1  # FIXME: five\n')).toEqual([
      'info debt/todo 1: TODO: four',
      'low debt/todo 2: FIXME: five',
    ]);
  });

  it('is not found in texts, names, or prose that merely speaks of it', async () => {
    expect(
      await findings(
        'src/a.ts',
        "const a = '// TODO no';\nconst TODO = `FIXME`;\n// the TODO list of the user\n// TODOs\n// Todo: lower case\n",
      ),
    ).toEqual([]);
    expect(await findings('a.py', 'a = "# TODO no"\n"""TODO no"""\n')).toEqual([]);
  });
});

describe('a file', () => {
  it('that is not code, or not written by people, is passed over with a reason', async () => {
    expect(await findings('a.md', '# TODO')).toEqual(['skipped: no parser for this kind of file']);
    expect(await findings('test/fixtures/a.ts', 'x')).toEqual(['skipped: test data: how it is written is not judged']);
    expect(await findings('a.min.js', 'x')).toEqual(['skipped: minified or generated']);
    expect(await findings('a.js', '['.repeat(1000))).toEqual(['skipped: nested too deep to be analysed']);
    expect(await findings('a.js', 'a\n'.repeat(600_000))).toEqual(['skipped: too large to be parsed']);
  });

  it('that holds no valid code is analysed as far as it goes, and named', async () => {
    const analysis = await analyzeFile('a.ts', `const = ;\nfunction f(a) {\n${branches(15)}\n}`);
    expect(analysis).toMatchObject({
      note: 'not all of it could be parsed (line 1)',
      metrics: { parseErrors: 1, lines: 18, complexityMax: 16 },
      findings: [{ rule: 'debt/complexity' }],
    });
  });
});
