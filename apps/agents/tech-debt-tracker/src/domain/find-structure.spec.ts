import { fileMetrics, readModule, functionsOf, languageOf, ECMASCRIPT, parse, type ModuleFacts } from '@waggle/analysis';
import type { Workspace } from '@waggle/workspace';
import { findStructure } from './find-structure.js';

const work = {
  signal: new AbortController().signal,
  progress: () => undefined,
  remember: <T>(_: unknown, make: () => Promise<T>) => make(),
};

const branchy = (name: string, count = 20): string =>
  `export function ${name}(a) {\n${Array.from({ length: count }, (_, at) => `  if (a === ${at}) return ${at};`).join('\n')}\n}\n`;

/** What a workspace of these files gives: no broker is needed for what reads files by name only. */
const found = async (files: Record<string, string>): Promise<string[]> => {
  const paths = Object.keys(files).sort();
  const entries = paths.map((path) => ({ path, kind: 'text' as const, size: files[path]!.length }));
  const workspace = {
    entries,
    read: async (path: string) => files[path]!,
    all: () => ({ identity: paths }),
  } as unknown as Workspace;
  const modules: ModuleFacts[] = [];
  const metrics = [];
  for (const file of paths) {
    const language = languageOf(file);
    if (language === undefined) continue;
    const text = files[file]!;
    const root = await parse(language, text);
    if (ECMASCRIPT.includes(language)) modules.push(readModule(file, text, root));
    metrics.push(fileMetrics({ file, language, lines: text.split('\n').length, parseErrors: 0 }, functionsOf(language, root)));
  }
  const { findings } = await findStructure(workspace, { modules, metrics }, work);
  return findings.map(({ rule, file, line, message }) => `${rule} ${file}:${line} ${message}`).sort();
};

describe('exports that nobody uses', () => {
  it('are found, each with how it is used', async () => {
    expect(
      await found({
        'src/a.ts': "import { used } from './b.js';\nused();\n",
        'src/b.ts': 'export const used = () => inner;\nexport const inner = 1;\nexport const lost = 2, gone = 3;\nexport type T = 1;\n',
      }),
    ).toEqual([
      'debt/dead-export src/b.ts:2 `inner` is exported, and only this file uses it.',
      'debt/dead-export src/b.ts:3 `gone` is exported, and nothing here uses it.',
      'debt/dead-export src/b.ts:3 `lost` is exported, and nothing here uses it.',
      'debt/dead-export src/b.ts:4 `T` is exported, and nothing here uses it.',
    ]);
  });

  it('are none where somebody may come in, or all is taken, in whichever way', async () => {
    const others = {
      'import.ts': "import * as all from './b.js';\n",
      'dynamic.ts': "const b = await import('./b.js');\n",
      'require.js': "const b = require('./b');\n",
      'mock.spec.ts': "jest.mock('./b.js');\n",
      'star.ts': "export * from './b.js';\n",
      'alias.ts': "import { used, lost } from './b';\nimport { x as used } from './b.js';\n",
      'types.ts': "import type { used } from './b.js';\nimport { type lost } from './b.js';\n",
      'default.ts': "import b, { used, lost } from './b.js';\n",
      'again.ts': "export { used, lost as found } from './b.js';\n",
    };
    for (const [path, text] of Object.entries(others))
      expect(await found({ [path]: text, 'b.ts': 'export const used = 1;\nexport const lost = 2;\nexport default 3;\n' })).toEqual([]);
    const b = 'export const used = 1;\nexport const lost = 2;\n';
    const a = "import { used } from './b.js';\n";
    expect(await found({ 'a.ts': a, 'b.ts': b })).toHaveLength(1);
    expect(await found({ 'a.ts': a, 'b.ts': b, 'package.json': '{ "exports": { ".": "./dist/b.js" } }' })).toEqual([]);
    expect(
      await found({
        'app/a.ts': "import { used } from '@x/lib';\nimport { lost } from '@/lib/src/b';\n",
        'lib/src/b.ts': b,
        'lib/src/index.ts': "export { used } from './b.js';\n",
        'lib/package.json': '{ "name": "@x/lib" }',
      }),
    ).toEqual([]);
  });
});

describe('modules in a circle', () => {
  it('are found once, by the shortest way round; types alone make none', async () => {
    const circle = {
      'a.ts': "import { b } from './b.js';\nexport const a = () => b;\n",
      'b.ts': "import './c.js';\nexport const b = () => 1;\n",
      'c.ts': "\nimport { a } from './a.js';\na();\nimport type { T } from './d.js';\n",
      'd.ts': "import './c.js';\nexport type T = 1;\n",
    };
    expect(await found(circle)).toEqual(['debt/import-cycle a.ts:1 3 modules need one another: `a.ts` → `b.ts` → `c.ts` → `a.ts`.']);
  });
});

describe('code without tests', () => {
  it('is what no test reaches, calls like, or names', async () => {
    const files = {
      'src/reached.ts': branchy('reached'),
      'src/via.ts': "export { reached } from './reached.js';\n",
      'src/via-test.spec.ts': "import { reached } from './via.js';\n",
      'src/named.ts': branchy('named'),
      'test/named.test.ts': 'x();\n',
      'src/lost.ts': branchy('lost'),
      'src/plain.ts': branchy('plain', 3),
      'job.py': 'def f(a):\n' + '  if a: pass\n'.repeat(20),
    };
    expect(await found(files)).toEqual(['debt/untested src/lost.ts:1 No test reaches this file: 1 function, complexity 21.']);
    expect(await found({ ...files, 'test_other.py': 'def test(a): pass\n' })).toHaveLength(2);
    expect(await found({ ...files, 'test_other.py': 'from job import f\n' })).toHaveLength(1);
    expect(await found({ 'src/lost.ts': branchy('lost') })).toEqual([]);
  });
});
