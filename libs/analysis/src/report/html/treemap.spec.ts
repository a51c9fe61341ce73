import fc from 'fast-check';
import { treemap } from './treemap.js';

describe('the map of files', () => {
  it('gives each its share of the whole, within the picture, none over another', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 90 }), (sizes) => {
        const items = sizes.sort((a, b) => b - a).map((size) => ({ size }));
        const total = sizes.reduce((a, b) => a + b, 0);
        const cells = treemap(items, 720, 400);
        expect(cells).toHaveLength(items.length);
        for (const [at, { item, x, y, width, height }] of cells.entries()) {
          expect(width * height).toBeCloseTo((item.size / total) * 720 * 400, 3);
          expect(x).toBeGreaterThanOrEqual(-0.001);
          expect(x + width).toBeLessThanOrEqual(720.001);
          expect(y + height).toBeLessThanOrEqual(400.001);
          const next = cells[at + 1];
          if (next)
            expect(
              Math.min(x + width, next.x + next.width) - Math.max(x, next.x) > 0.001 &&
                Math.min(y + height, next.y + next.height) - Math.max(y, next.y) > 0.001,
            ).toBe(false);
        }
      }),
    );
  });

  it('is empty for nothing', () => expect(treemap([], 10, 10)).toEqual([]));
});
