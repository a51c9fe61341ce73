import fc from 'fast-check';
import { cutIntoParts } from './cut.js';
import type { Entry } from './entry.js';

const text = (size: number): Entry => ({ path: 'x', kind: 'text', size });

describe('cutting a workspace', () => {
  it('gives nothing for nothing', () => expect(cutIntoParts([{ path: 'x', kind: 'binary', size: 5 }])).toEqual([]));

  it('shares five thousand files of ten kilobytes among some tens of parts', () => {
    const parts = cutIntoParts(Array.from({ length: 5000 }, () => text(10_000)));
    expect(parts.length).toBeGreaterThanOrEqual(20);
    expect(parts.length).toBeLessThanOrEqual(40);
  });

  it('gives a small tree to several agents', () => expect(cutIntoParts(Array.from({ length: 60 }, () => text(3000)))).toHaveLength(6));

  it('leaves no gap, repeats nothing and holds the limit of files, whatever the sizes', () => {
    const entry = fc
      .record({ kind: fc.constantFrom('text' as const, 'binary' as const), size: fc.nat(2_000_000) })
      .map((each): Entry => ({ path: 'x', ...each }));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 400 }), fc.integer({ min: 1, max: 50 }), (entries, maxFiles) => {
        const parts = cutIntoParts(entries, { maxFiles });
        if (!entries.some((each) => each.kind === 'text')) return parts.length === 0;
        const joined =
          parts[0]!.from === 0 &&
          parts.at(-1)!.to === entries.length &&
          parts.every((part, at) => at === 0 || part.from === parts[at - 1]!.to);
        return (
          joined &&
          parts.every(({ from, to }) => {
            const files = entries.slice(from, to).filter((each) => each.kind === 'text').length;
            return files >= 1 && files <= maxFiles;
          })
        );
      }),
    );
  });
});
