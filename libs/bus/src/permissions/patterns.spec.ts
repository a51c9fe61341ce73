import { covers, reduce } from './patterns.js';

it.each([
  ['a.*', 'a.b', true],
  ['a.>', 'a.b.c', true],
  ['a.>', 'a', false],
  ['a.*', 'a.b.c', false],
  ['a.b', 'a.*', false],
  ['a.*.c', 'a.>', false],
  ['a.*', 'a.*', true],
  ['>', '$JS.API.INFO', true],
])('%s covers %s: %s', (wide, narrow, expected) => expect(covers(wide, narrow)).toBe(expected));

it('keeps what nothing else covers', () => {
  expect(reduce(['wg.t1.outcome.me.*', 'wg.*.outcome.*.*', 'wg.t1.status.me.*', 'wg.t1.status.me.*'])).toEqual([
    'wg.*.outcome.*.*',
    'wg.t1.status.me.*',
  ]);
});
