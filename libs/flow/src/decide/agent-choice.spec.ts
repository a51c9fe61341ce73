import fc from 'fast-check';
import { offer } from '../testing/driver.js';
import { bestAgent, PREFERENCES, type Situation } from './agent-choice.js';

const now = (more: Partial<Situation> = {}): Situation => ({ given: new Map(), ...more });
const chosen = (offers: Parameters<typeof bestAgent>[0], more: Partial<Situation> = {}): string | undefined =>
  bestAgent(offers, now(more))?.offer.agent;

describe('the choice among agents', () => {
  const a = offer('a', { slots: 8, freeSlots: 8, meanMs: 100, cost: 0.1 });

  it('is nobody where there is no offer, and needs no reason where there is one', () => {
    expect(bestAgent([], now())).toBeUndefined();
    expect(bestAgent([a], now())).toEqual({ offer: a });
  });

  it('is by room, success, speed and cost; equals by priority, then by name', () => {
    expect(chosen([a, { ...a, agent: 'b', freeSlots: 2 }])).toBe('a');
    expect(chosen([a, { ...a, agent: 'b', successRate: 0.5 }])).toBe('a');
    expect(chosen([{ ...a, agent: 'b', meanMs: 900 }, a])).toBe('a');
    expect(chosen([{ ...a, agent: 'b', cost: 2 }, a])).toBe('a');
    expect(chosen([{ ...a, agent: 'b' }, a])).toBe('a');
    expect(chosen([a, { ...a, agent: 'b', priority: 1 }])).toBe('b');
  });

  it('is as an operator prefers', () => {
    const dear = { ...a, agent: 'dear', meanMs: 10, cost: 1 };
    expect(chosen([a, dear], { weights: PREFERENCES.speed })).toBe('dear');
    expect(chosen([a, dear], { weights: PREFERENCES.cost })).toBe('a');
    const clumsy = { ...a, agent: 'clumsy', successRate: 0.8, meanMs: 10, cost: 0.01, freeSlots: 80, slots: 80 };
    expect(chosen([a, clumsy], { weights: PREFERENCES.quality })).toBe('a');
  });

  it('goes to who knows the work, and on a retry to another than who failed', () => {
    expect(chosen([a, { ...a, agent: 'b' }], { near: ['b'] })).toBe('b');
    expect(chosen([a, { ...a, agent: 'b', successRate: 0.1, freeSlots: 0 }], { failedOn: 'a' })).toBe('b');
    expect(chosen([a], { failedOn: 'a' })).toBe('a');
  });

  it('with no slot free goes to the shortest queue for its slots', () => {
    const given = new Map([
      ['a', 16],
      ['b', 30],
    ]);
    expect(chosen([a, { ...a, agent: 'b', slots: 100, freeSlots: 8 }], { given })).toBe('b');
  });

  it('says why in a few words', () => {
    const { because } = bestAgent([a, { ...a, agent: 'b', freeSlots: 1 }], now({ near: ['a'], failedOn: 'b' }))!;
    expect(because).toContain('of 2 offers, 8/8 free, 100 ms, $0.1, knows the work, not b again');
    expect(because!.length).toBeLessThan(120);
  });

  it('starves nobody in a fan-out: whoever is as good gets a share by free slots', () => {
    const given = new Map<string, number>();
    const offers = [offer('a', { slots: 30, freeSlots: 30 }), offer('b', { slots: 10, freeSlots: 10 })];
    for (let n = 0; n < 40; n++) {
      const { agent } = bestAgent(offers, now({ given }))!.offer;
      given.set(agent, (given.get(agent) ?? 0) + 1);
    }
    expect([...given]).toEqual([
      ['a', 30],
      ['b', 10],
    ]);
  });

  it('is the same whatever the order of the offers, for any offers', () => {
    const any = fc.record({
      freeSlots: fc.nat(50),
      slots: fc.integer({ min: 1, max: 50 }),
      successRate: fc.double({ min: 0, max: 1, noNaN: true }),
      meanMs: fc.nat(10_000),
      priority: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 8 }), (some) => {
        const offers = some.map((each, index) => offer(`agent-${index}`, each));
        expect(chosen(offers.toReversed())).toBe(chosen(offers));
      }),
    );
  });
});
