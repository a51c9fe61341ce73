import { Expiries } from './expiries.js';

const DAY = 86_400_000;

describe('expiries', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('are looked at when they are due and some times after, also where that is further off than any timer goes', () => {
    for (const millis of [1_000, 24 * DAY, 25 * DAY, 60 * DAY, 365 * DAY]) {
      let looks = 0;
      const expiries = new Expiries(() => looks++);
      expiries.set('k', millis);
      jest.advanceTimersByTime(millis);
      expect(looks).toBe(0);
      jest.advanceTimersByTime(100);
      expect(looks).toBe(1);
      jest.advanceTimersByTime(60_000);
      expect(looks).toBe(4);
      expect(jest.getTimerCount()).toBe(0);
    }
  });

  it('are forgotten when the key is written or deleted, and all at the end', () => {
    const due: string[] = [];
    const expiries = new Expiries((key) => due.push(key));
    for (const key of ['a', 'b', 'c']) expiries.set(key, 1_000);
    expiries.set('a', undefined);
    expiries.set('b', 40 * DAY);
    jest.advanceTimersByTime(2_000);
    expect(new Set(due)).toEqual(new Set(['c']));
    expiries.clear();
    expect(jest.getTimerCount()).toBe(0);
  });
});
