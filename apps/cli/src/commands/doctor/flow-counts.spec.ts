import { flowCounts, MOST_COUNTED } from './flow-counts.js';

test('flows are counted as far as they were listed, and it says where there may be more', () => {
  expect(flowCounts(0, 0)).toBe('0 flows at work, 0 waiting for people');
  expect(flowCounts(1, 3)).toBe('1 flow at work, 3 waiting for people');
  expect(flowCounts(199, 2)).toBe('199 flows at work, 2 waiting for people');
  expect(flowCounts(MOST_COUNTED, MOST_COUNTED)).toBe('200 flows or more at work, 200 or more waiting for people');
});
