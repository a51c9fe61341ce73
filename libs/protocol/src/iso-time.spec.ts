import { isoTime, parseIsoTime } from './iso-time.js';

const LIMIT = 8.64e15;
const NOW = Date.UTC(2026, 10, 21, 23, 59, 30);

const random = (from: number, to: number): number => from + Math.random() * (to - from);
const many = (count: number, make: () => number): number[] => Array.from({ length: count }, make);

const times = [
  ...[0, -0, 0.9, -0.9, -1, 999, 1_000, -1_000, -1_001, LIMIT, LIMIT - 1, LIMIT - 1_000, -LIMIT, 1 - LIMIT, 999 - LIMIT],
  ...[Date.UTC(0, 0, 1), Date.UTC(9999, 11, 31, 23, 59, 59, 999), Date.UTC(2024, 1, 29), -62_167_219_200_001, 253_402_300_800_000],
  ...many(5_000, () => random(-LIMIT, LIMIT)),
  ...many(5_000, () => Math.floor(random(-LIMIT, LIMIT))),
  ...many(5_000, () => Math.floor(random(0, 2 ** 42))),
  // the same seconds and places again and again, over midnight
  ...many(20_000, () => NOW + Math.floor(random(-100_000, 100_000))),
];

it('writes every time as a Date does', () => {
  expect(times.filter((time) => isoTime(time) !== new Date(time).toISOString())).toEqual([]);
});

it.each([NaN, Infinity, -Infinity, LIMIT + 1, LIMIT + 999, -LIMIT - 1, 1e20])(
  'refuses %d as a Date does, also beside times it knows',
  (time) => {
    isoTime(LIMIT);
    isoTime(-LIMIT);
    expect(() => isoTime(time)).toThrow(RangeError);
    expect(() => new Date(time).toISOString()).toThrow(RangeError);
  },
);

it('reads back what was written', () => {
  expect(times.filter((time) => parseIsoTime(isoTime(time)) !== Date.parse(new Date(time).toISOString()))).toEqual([]);
});

it('reads any text as Date.parse does', () => {
  const DIGITS = '0123456789';
  const odd = [
    '2026-02-28T24:00:00.000Z',
    '2026-02-29T12:00:00.000Z',
    '2026-02-30T12:00:00.000Z',
    '2026-02-32T12:00:00.000Z',
    '2026-13-01T00:00:00.000Z',
    '2026-00-01T00:00:00.000Z',
    '2026-01-00T00:00:00.000Z',
    '2026-01-01T23:59:60.000Z',
    '2026-01-01T23:60:00.000Z',
    '2026-01-01T25:00:00.000Z',
    '2026-01-01T00:00:00.000z',
    '2026-01-01T00:00:00.000Z\n',
    ' 2026-01-01T00:00:00.000Z',
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00.000+01:00',
    '2026-01-01',
    '+012026-01-01T00:00:00.000Z',
    '٢026-01-01T00:00:00.000Z',
    '',
    'tomorrow',
  ];
  const changed = many(10_000, () => NOW + Math.floor(random(-1e10, 1e10))).map((time) => {
    const text = new Date(time).toISOString();
    const at = Math.floor(random(0, text.length));
    return text.slice(0, at) + DIGITS[Math.floor(random(0, 10))] + text.slice(at + 1);
  });
  expect([...odd, ...changed].filter((text) => !Object.is(parseIsoTime(text), Date.parse(text)))).toEqual([]);
});
