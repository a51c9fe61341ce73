import fc from 'fast-check';
import type { ResourceGrant, ResourceRequest, ResourceState } from '@waggle/protocol';
import { holding, newResource, serve, standingOf, without } from './resource.js';

const request = (id: string, { rank = 2, slots = 1 } = {}): ResourceRequest => ({
  id,
  owner: { agent: 'a' },
  slots,
  rank,
  askedAt: '2026-01-01T00:00:00.000Z',
  ttl: 1_000,
  overtaken: 0,
});
const grantOf = ({ id, owner, slots, ttl }: ResourceRequest): ResourceGrant => ({
  id,
  owner,
  slots,
  ttl,
  full: ttl,
  grantedAt: '2026-01-01T00:00:00.000Z',
  alarm: id,
});
const served = (state: ResourceState): { state: ResourceState; ids: string[] } => {
  const { state: next, served: those } = serve(state);
  return { state: holding(next, those.map(grantOf)), ids: those.map(({ id }) => id) };
};

describe('turns at a resource', () => {
  it('never give more slots than there are, and serve whoever fits at the head', () => {
    const asks = fc.array(fc.record({ rank: fc.nat(3), slots: fc.integer({ min: 1, max: 4 }) }), { maxLength: 40 });
    fc.assert(
      fc.property(asks, fc.array(fc.nat(50), { maxLength: 60 }), (asked, releases) => {
        let state: ResourceState = { ...newResource(), slots: 4 };
        const order: string[] = [];
        const step = (next: ResourceState): void => {
          const result = served(next);
          state = result.state;
          order.push(...result.ids);
          const used = state.holders.reduce((sum, { slots }) => sum + slots, 0);
          expect(used).toBeLessThanOrEqual(4);
          expect(new Set(order).size).toBe(order.length);
        };
        for (const [i, each] of asked.entries()) step({ ...state, queue: [...state.queue, request(`r${i}`, each)] });
        for (const n of releases) if (state.holders.length > 0) step(without(state, state.holders[n % state.holders.length]!.id, 0));
        for (let [holder] = state.holders; holder; [holder] = state.holders) step(without(state, holder.id, 0));
        expect(order).toHaveLength(asked.length);
      }),
    );
  });

  it('are not withheld for ever from the least urgent, however many urgent ones come', () => {
    let state = holding(newResource(), [grantOf(request('holder'))]);
    state = { ...state, queue: [request('patient', { rank: 3 })] };
    for (let i = 0; ; i++) {
      expect(i).toBeLessThan(20);
      state = { ...state, queue: [...state.queue, request(`urgent${i}`, { rank: 0 })] };
      const next = served(without(state, state.holders[0]!.id, 0));
      state = next.state;
      if (next.ids[0] === 'patient') break;
    }
  });

  it('hold a large request up for nobody who came later', () => {
    let state = holding({ ...newResource(), slots: 2 }, [grantOf(request('one'))]);
    state = { ...state, queue: [request('both', { slots: 2 }), request('small')] };
    expect(served(state).ids).toEqual([]);
    const after = served(without(state, 'one', Date.parse('2026-01-01T00:00:10.000Z')));
    expect(after.ids).toEqual(['both']);
    expect(after.state.meanHold).toBe(10_000);
    expect(standingOf(after.state, 'small')).toEqual({ granted: false, position: 0, expectedWait: 5_000 });
    expect(standingOf(after.state, 'nobody')).toBeUndefined();
  });
});
