import { Slots } from './slots.js';

const deferred = (): { promise: Promise<void>; resolve: () => void } => {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
};

describe('Slots', () => {
  it('takes no more than there are, and tells when one is free', () => {
    const freed = jest.fn();
    const slots = new Slots(3, 0, freed);
    expect(slots.take(2)).toBe(2);
    expect(slots.take(2)).toBe(1);
    expect(slots.take(1)).toBe(0);
    slots.unused(1);
    expect(freed).not.toHaveBeenCalled();
    slots.release();
    expect(freed).toHaveBeenCalledTimes(1);
    expect(slots.free).toBe(2);
  });

  it('keeps the last ones for urgent tasks', () => {
    const slots = new Slots(4, 0, () => undefined);
    slots.keep(1);
    expect(slots.take(9, false)).toBe(3);
    expect([slots.freeFor(false), slots.freeFor(true)]).toEqual([0, 1]);
    expect(slots.take(1, false)).toBe(0);
    expect(slots.take(1)).toBe(1);
    expect(slots.freeFor(false)).toBe(0);
    slots.keep(0);
    slots.unused(1);
    expect(slots.freeFor(false)).toBe(1);
  });

  it("lends a waiting task's slot to another, and it comes back before new ones get any", async () => {
    const slots = new Slots(1, 4, () => undefined);
    slots.take(1);
    const child = deferred();
    const back = slots.lend(() => child.promise);
    expect(slots.waiting).toBe(1);
    expect(slots.take(1)).toBe(1);
    child.resolve();
    await child.promise;
    await new Promise(setImmediate);
    expect(slots.waiting).toBe(1);
    slots.release();
    expect(slots.free).toBe(0);
    await back;
    expect(slots.waiting).toBe(0);
    expect(slots.free).toBe(0);
  });

  it('lends no more slots than may wait', async () => {
    const slots = new Slots(2, 1, () => undefined);
    slots.take(2);
    const children = deferred();
    const both = [slots.lend(() => children.promise), slots.lend(() => children.promise)];
    expect(slots.waiting).toBe(1);
    expect(slots.free).toBe(1);
    children.resolve();
    await Promise.all(both);
    expect(slots.free).toBe(0);
  });
});
