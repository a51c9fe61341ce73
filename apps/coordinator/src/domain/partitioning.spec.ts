import { Membership } from './membership.js';
import { shareOf } from './rendezvous.js';

describe('shareOf', () => {
  const members = ['a', 'b', 'c'];
  const shares = (present: string[]): Map<string, Set<number>> => new Map(present.map((me) => [me, shareOf(me, present, 64)]));

  it('gives every partition to exactly one of those that agree on who is there', () => {
    const all = [...shares(members).values()].flatMap((share) => [...share]);
    expect(all.sort((x, y) => x - y)).toEqual(Array.from({ length: 64 }, (_, i) => i));
    for (const share of shares(members).values()) expect(share.size).toBeGreaterThan(8);
  });

  it('moves nothing between those that stay when one leaves', () => {
    const [before, after] = [shares(members), shares(['a', 'b'])];
    for (const me of ['a', 'b']) for (const partition of before.get(me)!) expect(after.get(me)).toContain(partition);
  });

  it('gives all to one that is alone, and counts itself though nobody named it', () => {
    expect(shareOf('me', [], 8).size).toBe(8);
    expect(shareOf('me', ['other'], 8)).toEqual(shareOf('me', ['other', 'me'], 8));
  });
});

describe('Membership', () => {
  it('counts who was heard of within the limit and did not say good-bye', () => {
    const members = new Membership(3_000);
    members.beat('b', 0);
    members.beat('a', 1_000);
    members.beat('c', 1_000);
    members.left('c');
    expect(members.present(3_000)).toEqual(['a', 'b']);
    expect(members.present(3_001)).toEqual(['a']);
    members.beat('b', 5_000);
    expect(members.present(5_000)).toEqual(['b']);
  });
});
