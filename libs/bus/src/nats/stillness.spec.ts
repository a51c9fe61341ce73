import { Stillness } from './stillness.js';

const standStill = (millis: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);
};

describe('a process that stood still', () => {
  it('knows it of what came before and just after, if it was for long enough', () => {
    const stillness = new Stillness();
    const before = performance.now();
    expect(stillness.stood(1_000, before)).toBe(false);
    standStill(1_200);
    const after = performance.now();
    expect([before, after].map((came) => stillness.stood(1_000, came))).toEqual([true, true]);
    expect(stillness.stood(5_000, before)).toBe(false);
    expect(stillness.stood(1_000, after + 3_000)).toBe(false);
    stillness.end();
  });
});
