import { admit } from './admission.js';
import { Shares } from './shares.js';

const DEPTHS = { tasks: 1_000, inputs: 2_000 };
const queue = (waiting: number) => ({ waiting, slots: 10, meanMs: 100 });

describe('whether a flow is taken', () => {
  it('is while less waits than the depths', () => {
    expect(admit({ inputs: 0, share: 5 }, DEPTHS)).toBeUndefined();
    expect(admit({ inputs: 999, queue: queue(499), share: 5 }, DEPTHS)).toBeUndefined();
  });

  it('is not past them, and the time to come again is what it takes to work half of it off', () => {
    expect(admit({ inputs: 0, queue: queue(1_000), share: 0 }, DEPTHS)).toMatchObject({ retryAfter: 5_000 });
    expect(admit({ inputs: 0, queue: { waiting: 900_000, slots: 0, meanMs: 0 }, share: 0 }, DEPTHS)!.retryAfter).toBe(60_000);
    expect(admit({ inputs: 2_000, share: 0 }, DEPTHS)).toMatchObject({ retryAfter: 1_000 });
    expect(admit({ inputs: 11_000, share: 0 }, DEPTHS)).toMatchObject({ retryAfter: 10_000 });
  });

  it('in between is who asks for no more than its share', () => {
    for (const load of [
      { inputs: 0, queue: queue(500) },
      { inputs: 1_000, queue: queue(0) },
    ]) {
      expect(admit({ ...load, share: 1.1 }, DEPTHS)).toBeDefined();
      expect(admit({ ...load, share: 0.9 }, DEPTHS)).toBeUndefined();
    }
  });
});

describe('shares', () => {
  it('are equal parts of what was asked for lately', () => {
    const shares = new Shares();
    for (let n = 0; n < 90; n++) shares.note('loud', 0);
    expect(shares.of('loud', 0)).toBe(1);
    for (let n = 0; n < 10; n++) shares.note('quiet', 0);
    expect(shares.of('loud', 0)).toBeCloseTo(1.8);
    expect(shares.of('quiet', 0)).toBeCloseTo(0.2);
    expect(shares.of('new', 0)).toBe(0);
  });

  it('fade, so that nobody is held to what was long ago', () => {
    const shares = new Shares();
    for (let n = 0; n < 100; n++) shares.note('loud', 0);
    shares.note('quiet', 0);
    shares.note('quiet', 60_000);
    shares.note('loud', 60_000);
    expect(shares.of('loud', 60_000)).toBeLessThan(1.1);
  });

  it('remember a bounded number of tenants', () => {
    const shares = new Shares();
    for (let n = 0; n < 5_000; n++) shares.note(`t${n}`, n * 1_000);
    expect(shares.of('t4999', 4_999_000)).toBeGreaterThan(1);
    expect((shares as unknown as { counts: Map<string, unknown> }).counts.size).toBeLessThanOrEqual(1_001);
  });
});
