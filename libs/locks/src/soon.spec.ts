import { Soon } from './soon.js';

describe('soon', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('does it between the time and twice the time, once, with one timer for all', () => {
    const soon = new Soon(100);
    const done: string[] = [];
    soon.add(() => done.push('a'));
    jest.advanceTimersByTime(60);
    soon.add(() => done.push('b'));
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(99);
    expect(done).toEqual([]);
    jest.advanceTimersByTime(41);
    expect(done).toEqual(['a', 'b']);
    jest.advanceTimersByTime(1_000);
    expect(done).toEqual(['a', 'b']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('never does it before its time, whatever stood there before', () => {
    const soon = new Soon(100);
    soon.add(() => undefined);
    jest.advanceTimersByTime(199);
    const late = jest.fn();
    soon.add(late);
    jest.advanceTimersByTime(99);
    expect(late).not.toHaveBeenCalled();
    jest.advanceTimersByTime(101);
    expect(late).toHaveBeenCalledTimes(1);
  });

  it('does nothing that was taken back, and leaves no timer', () => {
    const soon = new Soon(100);
    const work = jest.fn();
    const older = jest.fn();
    soon.add(older);
    jest.advanceTimersByTime(100);
    soon.add(work);
    soon.remove(older);
    expect(jest.getTimerCount()).toBe(1);
    soon.remove(work);
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(1_000);
    expect([work.mock.calls, older.mock.calls]).toEqual([[], []]);
  });
});
