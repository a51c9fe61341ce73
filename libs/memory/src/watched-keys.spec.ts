import { WatchedKeys } from './watched-keys.js';

describe('keys that are watched', () => {
  const rig = () => {
    const asked = { read: 0, proven: 0 };
    const keys = new WatchedKeys<number>({
      read: async () => (asked.read++, { revision: 1, deleted: false, found: { value: 1, version: 1 } }),
      prove: async () => (asked.proven++, undefined),
    });
    return { keys, asked, remembered: () => (keys as unknown as { newest: Map<string, number> }).newest.size };
  };

  it('are remembered by their newest write no longer than memory has room for, those that are there always', async () => {
    const { keys, remembered } = rig();
    for (let n = 0; n < 100; n++) keys.tell(`there ${n}`, n + 1);
    for (let n = 0; n < 50_000; n++) {
      keys.heard(`gone ${n}`, n + 1_000);
      keys.tell(`gone ${n}`, undefined);
    }
    expect(remembered()).toBeLessThanOrEqual(10_100);
    expect(remembered()).toBeGreaterThan(5_000);
    expect(keys.differing(new Map(Array.from({ length: 100 }, (_, n) => [`there ${n}`, n + 1])))).toEqual([]);
  });

  it('of which nothing is remembered are asked of the leader: a replica that lags may still have what is gone', async () => {
    const { keys, asked } = rig();
    expect(await keys.news('gone long ago')).toBeUndefined();
    expect(asked).toEqual({ read: 1, proven: 1 });
  });
});
