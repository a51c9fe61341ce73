import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { languageOf } from '../source/language.js';
import { parse } from '../source/parse.js';
import { functionName } from './function-name.js';
import { functionsOf } from './functions.js';

const FOLDER = join(__dirname, '../../fixtures/complexity');

/** Of each file what lizard 1.24.3 says of its functions: name, first line, last line, cyclomatic complexity. */
const LIZARD = JSON.parse(readFileSync(join(FOLDER, 'lizard.json'), 'utf8')) as Record<string, [string, number, number, number][]>;

/** Where the two count otherwise, and why. Everything else must agree. */
const DIFFERENCES: Record<string, string> = {
  'written.ts constructor': 'lizard counts the constructor in a property with a type argument once more',
  'written.ts spell': 'lizard reads a template text as one token',
  'written.cs Names': 'lizard does not know foreach',
  'written.py apply': 'lizard counts a lambda with the function around it',
};

interface Compared {
  language: string;
  where: string;
  ours: number;
  lizard: number;
}

const compare = async (file: string): Promise<Compared[]> => {
  const language = languageOf(file);
  if (language === undefined) return [];
  const text = readFileSync(join(FOLDER, file), 'utf8');
  const { functions } = functionsOf(language, await parse(language, text));
  return LIZARD[file]!.flatMap(([name, line, end, lizard]): Compared[] => {
    const own = functions.find(({ place }) => place.line === line);
    if (own === undefined) return name === '(anonymous)' ? [] : [{ language, where: `${file} ${name}`, ours: 0, lizard }];
    // In Ruby lizard takes the `end` of a loop for that of the function and sees a part of it only.
    if (end < own.place.endLine && language === 'ruby') return [];
    return [{ language, where: `${file} ${functionName(own.node) ?? name}`, ours: own.complexity, lizard }];
  });
};

describe('cyclomatic complexity', () => {
  it("agrees with lizard's, but for the differences that are named", async () => {
    const all = (await Promise.all(Object.keys(LIZARD).map(compare))).flat();
    expect(all.length).toBeGreaterThanOrEqual(350);
    expect(new Set(all.map(({ language }) => language)).size).toBeGreaterThanOrEqual(11);
    const differing = all.filter(({ ours, lizard }) => ours !== lizard).map(({ where }) => where);
    expect(differing.sort()).toEqual(Object.keys(DIFFERENCES).sort());
  });
});

describe('cognitive complexity', () => {
  const cognitive = async (file: string, code: string): Promise<number[]> => {
    const language = languageOf(file)!;
    return functionsOf(language, await parse(language, code)).functions.map((each) => each.cognitive);
  };

  it('counts each level around what breaks the flow', async () => {
    const code = `function f(list) {
      for (const a of list) {        // 1
        if (a > 1) {                 // 2
          while (a) {                // 3
            if (a && b && c) return; // 4, and 1 for the row of like operators
          }
        } else if (a || b && c) {    // 1, and 2 for two rows
        } else {                     // 1
        }
      }
      switch (list) {                // 1, however many cases
        case 1: break;
        case 2: break;
      }
      try { g(); } catch { if (h) {} } // 1 and 2
      outer: for (;;) { continue outer; } // 1 and 1
      return list ? 1 : 2;           // 1
    }`;
    expect(await cognitive('a.ts', code)).toEqual([22]);
    expect(await cognitive('a.js', code)).toEqual([22]);
  });

  it('takes a chain of conditions for what it is, in each way of writing else', async () => {
    expect(await cognitive('a.ts', 'function f(a) { if (a) {} else if (b) {} else if (c) {} else {} }')).toEqual([4]);
    expect(await cognitive('a.py', 'def f(a):\n  if a:\n    pass\n  elif b:\n    pass\n  else:\n    for x in a:\n      pass\n')).toEqual([
      5,
    ]);
  });
});
