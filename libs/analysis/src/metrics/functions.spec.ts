import { parse } from '../source/parse.js';
import type { Language } from '../source/language.js';
import { functionName } from './function-name.js';
import { functionsOf } from './functions.js';

const facts = async (language: Language, code: string) => {
  const { functions, outside } = functionsOf(language, await parse(language, code));
  return {
    outside,
    functions: functions.map(({ node, complexity, lines, ownLines, nesting, parameters }) => ({
      name: functionName(node),
      complexity,
      lines,
      ownLines,
      nesting,
      parameters,
    })),
  };
};

describe('the figures of functions in TypeScript', () => {
  it('counts every branch once', async () => {
    const code = `
export function f(a: number, b?: string, ...rest: string[]): number {
  if (a > 1 && b) return 1;
  else if (a ?? b) return 2;
  else return 3;
  for (const x of rest) { while (x) { do { a++; } while (a < 5 || b); } }
  for (let i = 0; i < 3; i++) {}
  switch (a) { case 1: break; case 2: break; default: }
  try { g(); } catch { h(); } finally { i(); }
  return a ? 1 : 2;
}`;
    // if, &&, else if, ??, for-of, while, do, ||, for, two cases, catch, ?:
    expect((await facts('typescript', code)).functions).toEqual([
      { name: 'f', complexity: 14, lines: 10, ownLines: 10, nesting: 3, parameters: 3 },
    ]);
  });

  it('gives each function its own, and takes inner ones out of outer ones', async () => {
    const code = `const outer = (x: number) => {
  const inner = function () {
    if (x) return 1;
    return 2;
  };
  return x ? inner() : 0;
};
if (outer) outer(1);`;
    const { functions, outside } = await facts('typescript', code);
    expect(functions).toEqual([
      { name: 'outer', complexity: 2, lines: 7, ownLines: 4, nesting: 0, parameters: 1 },
      { name: 'inner', complexity: 2, lines: 4, ownLines: 4, nesting: 1, parameters: 0 },
    ]);
    expect(outside).toBe(1);
  });

  it('does not take a chain of else if for nesting', async () => {
    const chain = (
      await facts('typescript', 'function f(a) { if (a == 1) x(); else if (a == 2) y(); else if (a == 3) z(); else { if (a) w(); } }')
    ).functions[0];
    expect(chain).toMatchObject({ complexity: 5, nesting: 2 });
  });

  it('names methods, fields and properties, and leaves the unnamed unnamed', async () => {
    const code =
      'class A { m(this: A, a) {} f = () => 1; static #p() {} } const o = { q: function () {}, r() {} }; x.y = () => 2; run(() => 3);';
    expect((await facts('typescript', code)).functions.map((each) => each.name)).toEqual(['m', 'f', '#p', 'q', 'r', 'x.y', undefined]);
    expect((await facts('typescript', code)).functions[0]).toMatchObject({ parameters: 1 });
  });

  it('reads JSX in tsx and javascript', async () => {
    const code = 'const View = (p) => { return <ul>{p.list.map((i) => i && <li>{i ? 1 : 2}</li>)}</ul>; };';
    for (const language of ['tsx', 'javascript'] as const)
      expect((await facts(language, code)).functions).toMatchObject([
        { name: 'View', complexity: 1 },
        { complexity: 3, parameters: 1 },
      ]);
  });
});

describe('the figures of functions in Python', () => {
  it('counts every branch once', async () => {
    const code = `
class A:
    def f(self, a, b=1, *args, c: int, **kw):
        if a and b or c:
            pass
        elif a:
            pass
        else:
            pass
        for x in args:
            while x:
                with open(x) as h:
                    pass
        try:
            pass
        except ValueError:
            pass
        return [y for y in args if y] if a else (lambda z: z or 1)
`;
    // if, and, or, elif, for, while, except, comprehension for and if, conditional
    expect((await facts('python', code)).functions).toEqual([
      { name: 'f', complexity: 11, lines: 16, ownLines: 16, nesting: 3, parameters: 5 },
      { name: undefined, complexity: 2, lines: 1, ownLines: 1, nesting: 0, parameters: 1 },
    ]);
  });
});
