import fc from 'fast-check';
import type { Entry } from '../entry.js';
import { cutIntoPacks } from './packs.js';

const entry = (path: string): Entry => ({ path, kind: 'text', size: 1, sha256: 'a'.repeat(64), chunks: 1 });
const many = Array.from({ length: 2000 }, (_, n) =>
  entry(`src/part-${String(n % 40).padStart(2, '0')}/file-${String(n).padStart(4, '0')}.ts`),
);
const paths = (packs: Entry[][]): string[] => packs.map((pack) => pack.map(({ path }) => path).join('\n'));

describe('packs', () => {
  it('hold everything once, in order, and no more than 64 each', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 300 }), (names) => {
        const packs = cutIntoPacks(names.map(entry));
        expect(packs.flat().map(({ path }) => path)).toEqual(names);
        for (const pack of packs) expect(pack.length).toBeLessThanOrEqual(64);
        expect(packs.every((pack) => pack.length > 0)).toBe(true);
      }),
    );
    expect(cutIntoPacks(many).length).toBeGreaterThan(60);
  });

  it('stay as they were, but for a few, when a file comes or goes', () => {
    const before = new Set(paths(cutIntoPacks(many)));
    const without = paths(cutIntoPacks(many.filter((_, n) => n !== 777)));
    const more = paths(cutIntoPacks([...many.slice(0, 500), entry('src/new.ts'), ...many.slice(500)]));
    for (const after of [without, more]) expect(after.filter((pack) => !before.has(pack)).length).toBeLessThanOrEqual(3);
  });
});
