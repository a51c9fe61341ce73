import fc from 'fast-check';
import { isTime } from '../index.js';

describe('isTime', () => {
  it.each(['2026-01-31T09:30:00Z', '2026-01-31T09:30:00.123456+00:00', '2024-02-29T23:59:59.9-05:30'])('%s is one', (text) => {
    expect(isTime(text)).toBe(true);
  });

  it.each([
    '',
    '2026-01-31',
    '2026-01-31T09:30:00',
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:01:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01 00:00:00Z',
    1,
    null,
    `2026-01-01T00:00:00.${'0'.repeat(1000)}Z`,
  ])('%p is none', (value) => {
    expect(isTime(value)).toBe(false);
  });

  it('takes every time that Date writes', () => {
    const years = { min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true };
    fc.assert(fc.property(fc.date(years), (date) => isTime(date.toISOString())));
  });
});
