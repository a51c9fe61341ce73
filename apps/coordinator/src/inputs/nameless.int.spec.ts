import type { Bus } from '@waggle/bus';
import { MESSAGE_TYPES, subjects, type AgentMessage, type AuditEntry } from '@waggle/protocol';
import { eventually, type TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from '../testing/client.js';
import { testMesh } from '../testing/mesh.js';
import { startReplica, type Replica } from '../testing/replica.js';

const SUBMISSION = JSON.stringify({ type: MESSAGE_TYPES.submit, payload: { skill: 'work.do' } });

describe('an input with an id that is no name', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;
  let replica: Replica;

  const audited = (kind: string, actor: string): Promise<AuditEntry> =>
    eventually(async () => {
      const entries = await see.read('AUDIT', subjects.audit(TENANT, 'coordinator', kind));
      return entries.map((message) => message.json<AgentMessage<AuditEntry>>().payload).find((entry) => entry.actor === actor);
    });

  beforeAll(async () => {
    ({ broker, see } = await testMesh({ partitions: 1 }));
    replica = await startReplica(await broker.busFor('coordinator'));
    client = await TestClient.join(broker);
  });

  it.each(['x'.repeat(65), 'y'.repeat(256), 'ünï', 'a$b'])('is rejected under it, where it is a submission: %s', async (flowId) => {
    await client.submitRaw(SUBMISSION, flowId);
    const outcome = await client.outcome(flowId);
    expect(outcome).toMatchObject({ flowId, state: 'REJECTED', errors: [{ code: 'INVALID_MESSAGE', path: 'correlationId' }] });
  });

  it.each([
    ['long', 'z'.repeat(2_000)],
    ['star', 'a*b'],
    ['all', 'a>b'],
  ])('is audited, and nothing published, where nobody can be answered: %s', async (owner, flowId) => {
    see.emit(subjects.submit(TENANT, owner, flowId), SUBMISSION);
    const entry = await audited('submit', owner);
    expect(entry).toMatchObject({ object: flowId.slice(0, 200), outcome: 'refused', reason: 'INVALID_MESSAGE correlationId' });
    expect(await see.read('FLOW', `wg.${TENANT}.outcome.${owner}.>`)).toEqual([]);
  });

  it('is audited where it is a signal, an answer or an event', async () => {
    see.emit(subjects.signal(TENANT, 'ann', 'a$b', 'id'), '{}');
    see.emit(subjects.signal(TENANT, 'ben', 'flow', 'a$b'), '{}');
    see.emit(subjects.answer(TENANT, 'cleo', 'a$b', 'id'), '{}');
    see.emit(subjects.event(TENANT, 'door', 'ope$ned'), '{}');
    expect(await audited('signal', 'ann')).toMatchObject({ object: 'a$b', reason: 'INVALID_MESSAGE correlationId' });
    expect(await audited('signal', 'ben')).toMatchObject({ object: 'flow', reason: 'INVALID_MESSAGE id' });
    expect(await audited('answer', 'cleo')).toMatchObject({ object: 'a$b' });
    expect(await audited('event', 'door')).toMatchObject({ object: 'ope$ned', reason: 'INVALID_MESSAGE type' });
  });

  it('fills neither the log nor INPUT', async () => {
    await eventually(async () => (await see.figures('INPUT')).messages === 0);
    const [line, ...more] = replica.lines.filter((text) => text.includes('no names'));
    expect(more).toEqual([]);
    expect(JSON.parse(line!)).toMatchObject({ level: 'warn', count: 1 });
    expect(replica.lines.every((text) => text.length < 1_000)).toBe(true);
  });
});
