import type { Bus } from '@waggle/bus';
import { newId, subjects, type AgentMessage, type AuditEntry } from '@waggle/protocol';
import { eventually, scriptedAgent, type TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from './testing/client.js';
import { SKILL, testMesh } from './testing/mesh.js';
import { startReplica } from './testing/replica.js';

jest.setTimeout(40_000);

/** The longest header that the server takes: its copy with the origin added does not fit. */
const tooLong = { X: 'x'.repeat(65_500) };

describe('a header that is too long for its copy', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;

  beforeAll(async () => {
    ({ broker, see } = await testMesh());
    client = await TestClient.join(broker);
    await scriptedAgent(await broker.busFor('worker'), { beat: 0 });
  });

  const audited = async (kind: string): Promise<AuditEntry[]> =>
    (await see.read('AUDIT', subjects.audit(TENANT, 'coordinator', kind))).map(
      (message) => message.json<AgentMessage<AuditEntry>>().payload,
    );
  const block = (subject: string): Promise<unknown> => see.publish(subject, '{}', { headers: tooLong });

  it('stops those behind it for seconds, also when it stood there before the coordinator started, and is audited', async () => {
    await client.submit({ skill: SKILL, input: 1 }, 'before');
    await block(subjects.submit(TENANT, 'mallory', 'first'));
    await client.submit({ skill: SKILL, input: 2 }, 'behind');
    await startReplica(await broker.busFor('coordinator'));
    expect(await client.outcome('before')).toMatchObject({ state: 'COMPLETED' });
    expect(await client.outcome('behind', 15_000)).toMatchObject({ state: 'COMPLETED' });

    const since = performance.now();
    for (const id of ['a', 'b']) await block(subjects.signal(TENANT, 'mallory', 'first', id));
    expect(await client.run({ skill: SKILL })).toMatchObject({ state: 'COMPLETED' });
    expect(performance.now() - since).toBeLessThan(10_000);
    expect(await audited('submit')).toEqual([
      expect.objectContaining({ actor: 'mallory', object: 'first', outcome: 'refused', reason: 'MESSAGE_TOO_LARGE' }),
    ]);
    expect(await audited('signal')).toHaveLength(2);
    expect(await see.last('SUBMIT', subjects.submit(TENANT, 'mallory', 'first'))).toBeUndefined();
  });

  it('does not stop results either', async () => {
    await block(subjects.result(TENANT, 'mallory', 'any', 't', 1));
    expect(await client.run({ skill: SKILL })).toMatchObject({ state: 'COMPLETED' });
    expect(await audited('result')).toEqual([expect.objectContaining({ actor: 'mallory', object: 'any' })]);
  });

  it('is told from a long one that fits: that one is copied', async () => {
    const subject = subjects.submit(TENANT, 'client', newId());
    // what the server adds to it: its name, and the length of the rest
    const fits = { X: 'x'.repeat(65_535 - 512 - subject.length - 'NATS/1.0\r\nX: \r\n\r\n'.length) };
    await see.publish(subject, '{}', { headers: fits });
    const flowId = subject.split('.').at(-1)!;
    expect(await client.outcome(flowId)).toMatchObject({ state: 'REJECTED' });
    await eventually(async () => (await see.last('SUBMIT', subject)) !== undefined);
  });
});
