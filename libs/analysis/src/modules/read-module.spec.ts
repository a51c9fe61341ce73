import { parse } from '../source/parse.js';
import { readModule } from './read-module.js';

const read = async (text: string) => {
  const { imports, exports } = readModule('a.ts', text, await parse('typescript', text));
  return {
    imports: imports.map(({ from, names, types, line }) => `${line} ${from} ${names.join(',')}${types ? ' types' : ''}`),
    exports: exports.map(({ name, line, kind, usedHere }) => `${line} ${kind} ${name}${usedHere ? ' used' : ''}`),
  };
};

describe('what a module takes and gives', () => {
  it('is read from every way of writing it', async () => {
    const text = [
      '/* 🐝 ü */ import a, { b as c, type D } from "./one.js";',
      "import * as all from './two.js';",
      "import './three.js';",
      "import type { E } from './four.js';",
      "import { type F, type G } from './five.js';",
      "export { h, i as j } from './six.js';",
      "export * from './seven.js';",
      "export * as k from './eight.js';",
      "const late = () => import('./nine.js');",
      "jest.mock('./ten.js');",
    ].join('\n');
    expect(await read(text)).toEqual({
      imports: [
        '1 ./one.js b,D,default',
        '2 ./two.js *',
        '3 ./three.js ',
        '4 ./four.js E types',
        '5 ./five.js F,G types',
        '6 ./six.js h,i',
        '7 ./seven.js *',
        '8 ./eight.js *',
        '1 ./nine.js * types',
        '1 ./ten.js * types',
      ],
      exports: ['6 value h', '6 value j'],
    });
  });

  it('gives names with where they stand, of what kind they are, and whether they are used here', async () => {
    const text = [
      'export const a = 1, b = a;',
      'export function* c() {}',
      'export async function d() {}',
      'export abstract class E {}',
      'export interface F {}',
      'export type G = F;',
      'export const enum H { x }',
      'export declare const i: G;',
      'const j = 1;',
      'export { j as k, type F as L };',
      'export default function m() {}',
    ].join('\n');
    expect((await read(text)).exports).toEqual([
      '1 value a used',
      '1 value b',
      '2 value c',
      '3 value d',
      '4 value E',
      '5 type F used',
      '6 type G used',
      '7 value H',
      '8 value i',
      '10 value k',
      '10 type L',
      '11 value default',
    ]);
  });

  it('takes no longer for a module that is made to be slow', async () => {
    const began = process.cpuUsage();
    for (const line of ["import 'a';\n", "import { a } from './b';\n", 'export const a = 1;\n', "export * from './c';\n"]) {
      const text = line.repeat(300_000 / line.length);
      const { imports, exports } = readModule('a.ts', text, await parse('typescript', text));
      expect(Math.max(imports.length, exports.length)).toBeLessThanOrEqual(2000);
    }
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(20_000);
  }, 40_000);
});
