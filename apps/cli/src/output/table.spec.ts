import { shownValue } from './table.js';

test('a value is shown on lines of its own, and cannot move the cursor', () => {
  expect(shownValue({ x: 1, y: ['\u009b2J'] })).toBe('{\n  "x": 1,\n  "y": [\n    "�2J"\n  ]\n}');
  expect(shownValue('one\ntwo\u001b[2J')).toBe('one\ntwo�[2J');
  expect(shownValue(undefined)).toBe('');
});
