import { delayOf } from './delay-of.js';

describe('delayOf', () => {
  it.each([
    [{ delay: 250 }, 250],
    [{ delay: '2s' }, 2_000],
    [{ greeting: 'hello' }, 0],
    ['hello', 0],
    [null, 0],
    [undefined, 0],
    [['a'], 0],
  ])('of %j is %d ms', (input, delay) => {
    expect(delayOf(input)).toBe(delay);
  });

  it('refuses what is no duration', () => {
    expect(() => delayOf({ delay: 'soon' })).toThrow(expect.objectContaining({ code: 'INVALID_DURATION' }));
  });
});
