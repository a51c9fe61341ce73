import { createMessage, MESSAGE_TYPES, subjects } from '@waggle/protocol';
import { cleanupLater, eventually, proxy, testBroker } from '@waggle/testkit';
import type { Ask } from './asks.js';
import { followAsks, rungAfter, ToldAsks } from './follow-asks.js';
import { Session } from './session.js';

const MINUTE = 60_000;

describe('following questions', () => {
  it('tells once of each, also of one that was asked while the broker was out of reach', async () => {
    const broker = await testBroker();
    const way = await proxy(broker.port);
    const asker = await broker.busFor('coordinator');
    const ask = async (id: string, more: Partial<Ask> = {}): Promise<void> => {
      const payload = {
        ...{ fromAgent: 'coordinator', id, flowId: 'flow', rung: 0, severity: 'low', issue: 'so', requestedDecision: 'so?' },
        ...{ options: [{ id: 'yes', label: 'yes' }], ...more },
      } as const;
      const message = createMessage({ type: MESSAGE_TYPES.escalation, from: 'coordinator', tenant: 'default', payload });
      await asker.publish(subjects.ask('default', 'flow', id), JSON.stringify(message));
    };
    const manifest = { name: 'cli', kind: 'edge' } as const;
    const session = await Session.to({ servers: way.url, me: 'cli', manifest, tenant: 'default', trusted: true });
    cleanupLater(() => session.close());
    const told: string[] = [];
    const over = new AbortController();
    const tell = ({ id, rung }: Ask): void => void told.push(`${id} ${rung}`);
    await ask('before');
    const following = followAsks(session, { told: new ToldAsks(), tell, signal: over.signal });
    await eventually(() => told.includes('before 0'));
    await ask('live');
    await eventually(() => told.includes('live 0'));
    way.cut();
    await eventually(() => !session.bus.health.ready);
    await ask('away');
    await ask('climbed', {
      ladder: [
        { who: 'human', after: 1 },
        { who: 'human', name: 'Ann', after: MINUTE },
      ],
    });
    way.heal();
    await eventually(() => told.includes('away 0') && told.includes('climbed 1'), { timeout: 20_000 });
    over.abort();
    await following;
    expect(told).toHaveLength(4);
  }, 40_000);

  it('knows the rung that a question has come to, and none above the last', () => {
    const ladder = [{ after: 10 }, { after: 20 }, { after: 30 }];
    expect([-1, 0, 9, 10, 29, 30, 1_000].map((millis) => rungAfter(ladder, millis))).toEqual([0, 0, 0, 1, 1, 2, 2]);
    expect(rungAfter([], 1_000)).toBe(0);
  });
});
