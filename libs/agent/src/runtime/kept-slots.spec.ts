import { KeptSlots } from './kept-slots.js';
import { Slots } from './slots.js';

describe('slots that are kept', () => {
  it('are given back when the others have been gone for a while, though nothing comes any more', () => {
    const freed = jest.fn();
    const slots = new Slots(4, 0, freed);
    const kept = new KeptSlots(slots);
    kept.seen('loud', 0);
    expect(slots.take(3, false)).toBe(3);
    kept.seen('quiet', 1);
    expect(slots.freeFor(false)).toBe(0);
    kept.look(60_000);
    expect([slots.freeFor(false), freed.mock.calls.length]).toEqual([0, 0]);
    kept.look(60_001);
    // whoever looks for tasks hears of it: no task has to end first
    expect([slots.freeFor(false), freed.mock.calls.length]).toEqual([1, 1]);
    kept.look(60_002);
    expect(freed).toHaveBeenCalledTimes(1);
  });
});
