import fc from 'fast-check';
import { decode, encode, UNLIMITED, type Entry } from './record.js';
import { inTurn, RULES } from './rules.js';

const WAIT = 5;
type Step = { do: 'join' | 'renew' | 'remove' | 'pass'; id: number; permits: number; priority: number };

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('join', 'join', 'renew', 'remove', 'pass'),
  id: fc.nat(12),
  permits: fc.constantFrom(1, 1, 2, 3, UNLIMITED),
  priority: fc.constantFrom(0, 0, 0, 1),
});

/** Of a step. */
const timeOf = (i: number): number => i * 1_000;

/** A run of the rules as the broker would see it: each change one write, a second apart. */
const play = (steps: Step[]): { records: Entry[][]; tokens: Map<string, number[]> } => {
  let entries: readonly Entry[] = [];
  const records: Entry[][] = [];
  const tokens = new Map<string, number[]>();
  steps.forEach((each, i) => {
    const [sequence, time] = [i + 1, timeOf(i)];
    const id = `e${each.id}`;
    entries = RULES.grant(RULES.expire(entries, time));
    if (each.do === 'join')
      entries = RULES.join(entries, { id, holder: 'h', permits: each.permits, priority: each.priority, lease: 7, held: false }, WAIT);
    if (each.do === 'renew') entries = RULES.renew(entries, id, 7);
    if (each.do === 'remove') entries = RULES.remove(entries, new Set([id]));
    const settled = RULES.settle(decode(encode('s', RULES.grant(entries))).entries, { sequence, time });
    for (const { id: who, token } of settled) if (token !== undefined) tokens.set(who, [...(tokens.get(who) ?? []), token]);
    records.push(settled);
    entries = settled;
  });
  return { records, tokens };
};

const holders = (entries: readonly Entry[]): Entry[] => entries.filter(({ held }) => held);
const limit = (entries: readonly Entry[]): number => Math.min(...entries.map(({ permits }) => permits));

describe('the rules of locks, in any order of events', () => {
  it('never let in more than each of the holders allows, and never leave room while somebody is next', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        for (const entries of play(steps).records) {
          const inside = holders(entries);
          expect(inside.length).toBeLessThanOrEqual(inside.length === 0 ? 0 : limit(inside));
          const [next] = inTurn(entries);
          if (next) expect(inside.length).toBeGreaterThanOrEqual(Math.min(limit(inside), next.permits));
        }
      }),
    );
  });

  it('give each new holder a token above all before, which stays its own for as long as it holds', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { records } = play(steps);
        let highest = 0;
        let before: Entry[] = [];
        for (const [i, entries] of records.entries()) {
          // one whose lease ended may be in again by the same write
          const alive = RULES.expire(before, timeOf(i));
          for (const entry of holders(entries)) {
            const earlier = alive.find(({ id, held }) => id === entry.id && held);
            if (earlier) expect(entry.token).toBe(earlier.token);
            else expect(entry.token).toBeGreaterThan(highest);
          }
          highest = Math.max(highest, ...holders(entries).map(({ token }) => token!));
          before = entries;
        }
      }),
    );
  });

  it('let nobody in before somebody as urgent who came earlier', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let before: Entry[] = [];
        for (const entries of play(steps).records) {
          const already = new Set(holders(before).map(({ id }) => id));
          const fresh = holders(entries).filter(({ id }) => !already.has(id));
          for (const winner of fresh) {
            const passed = entries.slice(0, entries.indexOf(winner)).filter(({ held, priority }) => !held && priority >= winner.priority);
            expect(passed).toEqual([]);
          }
          before = entries;
        }
      }),
    );
  });

  it('refuse nonsense that somebody wrote', () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{"v":2,"entries":[]}',
      '{"v":1,"entries":[{"id":1}]}',
      '{"v":1,"entries":[{"id":"a","holder":"b","lease":"5"}]}',
    ])
      expect(() => decode(text)).toThrow(expect.objectContaining({ code: 'INVALID_MESSAGE' }));
  });
});
