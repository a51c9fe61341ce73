import type { AuditEntry } from '@waggle/protocol';
import type { Audit } from './audit.js';
import { Refusals } from './refusals.js';

describe('what is refused', () => {
  let stored: { tenant: string; entry: AuditEntry }[];
  let settle: ((error?: Error) => void)[];
  let refusals: Refusals;

  const refuse = (object: string, actor = 'ann'): Promise<void> =>
    refusals.record('t1', { kind: 'signal', actor, action: 'cancel', object, reason: 'FLOW_UNKNOWN' });

  beforeEach(() => {
    stored = [];
    settle = [];
    const record = (tenant: string, entry: AuditEntry): Promise<void> => {
      stored.push({ tenant, entry });
      return new Promise((resolve, reject) => settle.push((error) => (error ? reject(error) : resolve())));
    };
    refusals = new Refusals({ record } as Audit);
  });

  it('is audited at once, and what comes meanwhile as one', async () => {
    const flood = Array.from({ length: 1_000 }, (_, i) => refuse(`f${i}`));
    expect(stored).toMatchObject([{ tenant: 't1', entry: { object: 'f0', outcome: 'refused' } }]);
    expect(stored[0]!.entry.data).toBeUndefined();
    settle[0]!();
    await flood[0];
    await Promise.resolve();
    expect(stored).toHaveLength(2);
    expect(stored[1]).toMatchObject({ entry: { object: 'f1', data: { more: 998 } } });
    settle[1]!();
    await Promise.all(flood);
    void refuse('later');
    expect(stored).toHaveLength(3);
  });

  it('of somebody else waits for nobody', () => {
    void refuse('f1');
    void refuse('f2', 'ben');
    expect(stored.map(({ entry }) => entry.actor)).toEqual(['ann', 'ben']);
  });

  it('and not stored is said of all that it stood for, and of no other', async () => {
    const [first, second, third] = [refuse('f1'), refuse('f2'), refuse('f3')];
    settle[0]!(new Error('full'));
    await expect(first).rejects.toThrow('full');
    await Promise.resolve();
    settle[1]!();
    await Promise.all([second, third]);
  });
});
