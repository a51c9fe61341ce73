import { DialPatience } from './dial-patience.js';

describe('how long a dial may take', () => {
  let now = 0;
  beforeEach(() => jest.spyOn(performance, 'now').mockImplementation(() => now));
  afterEach(() => jest.restoreAllMocks());

  const silent = (patience: DialPatience, dials: number): number[] =>
    Array.from({ length: dials }, () => {
      const given = patience.next();
      now += given;
      return given;
    });

  it('is the same at first, then ever longer up to a bound, while all meet silence', () => {
    expect(silent(new DialPatience(2_000), 7)).toEqual([2_000, 2_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    expect(silent(new DialPatience(9_000), 5)).toEqual(Array(5).fill(9_000));
  });

  it('is the least again after one that was refused, and after one that succeeded', () => {
    const patience = new DialPatience(2_000);
    silent(patience, 5);
    patience.next();
    now += 1_500;
    expect(silent(patience, 2)).toEqual([2_000, 2_000]);
    silent(patience, 4);
    patience.reset();
    now += 3_600_000;
    expect(silent(patience, 4)).toEqual([2_000, 2_000, 2_000, 4_000]);
  });
});
