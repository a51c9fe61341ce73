import { following, madeBy, type Version } from './versions.js';

const written = (request: string) => ({ request, write: 'set' as const, by: 'ada', at: '2026-01-01T00:00:00.000Z' });
const next = (current: Version, request: string): Version => {
  const revision = current.revision + 1;
  return { revision, version: revision, entry: following(current, written(request)) };
};

describe('a version', () => {
  it('knows the last question of each writer, however often the others wrote since', () => {
    let current = next({ revision: 0, version: 0 }, 'a-b-0');
    for (let i = 0; i < 1_000; i++) current = next(current, `c-d-${i}`);
    current = next(current, 'e-0');
    expect([madeBy('a-b-0', current), madeBy('c-d-999', current), madeBy('e-0', current)]).toEqual([1, 1_001, 1_002]);
    expect([madeBy('c-d-998', current), madeBy('c-d', current), madeBy('new', current)]).toEqual([undefined, undefined, undefined]);
  });

  it('remembers ids that are no numbered ones, and stays small', () => {
    let current: Version = { revision: 0, version: 0 };
    for (let i = 0; i < 200; i++) current = next(current, `plain${i}`);
    expect(madeBy('plain140', current)).toBe(141);
    expect(madeBy('plain100', current)).toBeUndefined();
    expect(current.entry!.recent).toHaveLength(64);
  });
});
