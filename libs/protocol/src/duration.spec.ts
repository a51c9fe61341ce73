import fc from 'fast-check';
import { formatDuration, parseDuration } from './index.js';

describe('durations', () => {
  it.each([
    ['2m', 120_000],
    ['30s', 30_000],
    ['500ms', 500],
    ['1h30m', 5_400_000],
    ['6d', 518_400_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['0s', 0],
    [250, 250],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', ' ', '2', 'm', '1m1h', '-1s', '1.5s', '2 m', '2M', '9999d', '1s\n', 1.5, -1, NaN, Infinity, 1e15])(
    '%p is refused',
    (value) => {
      expect(() => parseDuration(value)).toThrow(expect.objectContaining({ code: 'INVALID_DURATION' }) as Error);
    },
  );

  it('refuses what is neither text nor number', () => {
    for (const value of [null, undefined, {}, [], true]) {
      expect(() => parseDuration(value as never)).toThrow(expect.objectContaining({ code: 'INVALID_DURATION' }) as Error);
    }
  });

  it('reads back what it wrote', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 3_650 * 86_400_000 }), (value) => parseDuration(formatDuration(value)) === value));
  });
});
