import { Deadlines } from './deadlines.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const started = () => {
  const deadlines = new Deadlines();
  const lapsed: number[] = [];
  const add = (after: number) => {
    const at = performance.now() + after;
    const deadline = { at, onLapse: () => lapsed.push(after) };
    deadlines.add(deadline);
    return deadline;
  };
  return { deadlines, lapsed, add };
};

it('each lapses at its time, whatever the order they came in, none before', () => {
  const { lapsed, add } = started();
  for (const after of [500, 100, 300, 100, 0]) add(after);
  jest.advanceTimersByTime(99);
  expect(lapsed).toEqual([0]);
  jest.advanceTimersByTime(1);
  expect(lapsed).toEqual([0, 100, 100]);
  jest.advanceTimersByTime(400);
  expect(lapsed).toEqual([0, 100, 100, 300, 500]);
  expect(jest.getTimerCount()).toBe(0);
});

it('what was met does not lapse, and keeps no other waiting', () => {
  const { deadlines, lapsed, add } = started();
  const met = add(100);
  add(200);
  deadlines.remove(met);
  jest.advanceTimersByTime(199);
  expect(lapsed).toEqual([]);
  add(50);
  jest.advanceTimersByTime(1);
  expect(lapsed).toEqual([200]);
  jest.advanceTimersByTime(49);
  expect(lapsed).toEqual([200, 50]);
});

it('what is added while others lapse is kept, and a longer time than a timer can run is waited for', () => {
  const { deadlines, lapsed, add } = started();
  deadlines.add({ at: performance.now() + 10, onLapse: () => add(5) });
  add(2 ** 31 + 1_000);
  jest.advanceTimersByTime(15);
  expect(lapsed).toEqual([5]);
  jest.advanceTimersByTime(2 ** 31 + 984);
  expect(lapsed).toEqual([5]);
  jest.advanceTimersByTime(1);
  expect(lapsed).toEqual([5, 2 ** 31 + 1_000]);
});
