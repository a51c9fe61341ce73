import { ask, type Bus } from '@waggle/bus';
import { Resources } from '@waggle/memory';
import {
  createMessage,
  memoryKeys,
  MESSAGE_TYPES,
  newId,
  SHARED,
  subjects,
  type AgentMessage,
  type AlarmDue,
  type AuditEntry,
  type FlowShare,
  type Signal,
  type WaitEntry,
} from '@waggle/protocol';
import { eventually } from '@waggle/testkit';
import { sessionsRig, type Rig } from './testing/rig.js';

jest.setTimeout(30_000);

describe('what cannot be read', () => {
  let rig: Rig;
  let core: Bus;
  /** As the service itself: whatever wrote the garbage had its key. */
  let own: Bus;
  beforeAll(async () => {
    rig = await sessionsRig();
    core = await rig.bus('coordinator');
    own = await rig.broker.busFor('sessions');
  });

  const audited = async (): Promise<AuditEntry[]> => {
    const entries = await core.read('AUDIT', subjects.audit('*', 'sessions', 'given-up'));
    return entries.map((entry) => entry.json<AgentMessage<AuditEntry>>().payload);
  };
  const givenUp = (object: string): Promise<AuditEntry> =>
    eventually(async () => (await audited()).find((entry) => entry.object === object), { timeout: 15_000 });

  const share = async (flowId: string, data: FlowShare): Promise<void> => {
    const payload: WaitEntry = { kind: SHARED, key: 'task', flowId, data };
    const message = createMessage({ type: MESSAGE_TYPES.wait, from: 'coordinator', tenant: 't1', payload });
    await core.publish(subjects.wait('t1', SHARED, 'task', flowId), JSON.stringify(message));
  };
  const alarm = async (payload: AlarmDue): Promise<void> => {
    const message = createMessage({ type: MESSAGE_TYPES.alarm, from: 'sessions', tenant: 't1', intent: 'event', payload });
    await due(payload.id, JSON.stringify(message));
  };
  const due = (id: string, body: string) => own.schedule(subjects.alarmAt('t1', id), subjects.alarmDue('t1', id), new Date(), body);

  it('is given up after a few tries: logged, audited, told to whoever waits, and in nobody’s way', async () => {
    const garbage = '{"slots":';
    await own.publish(subjects.kvKey('SESSIONS', memoryKeys.resource('t1', 'torn')), garbage);
    await own.publish(subjects.kvKey('SESSIONS', memoryKeys.resource('t1', 'other')), '{"no":"resource"}');
    await own.publish(subjects.kvKey('SESSIONS', memoryKeys.session('t1', 'torn')), garbage);
    await share('f-torn', { kind: 'resource', key: 'torn', slots: 1, priority: 'normal', owner: 'alice', step: 's' });
    await share('f-other', { kind: 'resource', key: 'other', slots: 1, priority: 'normal', owner: 'alice', step: 's' });
    await share('f-release', { kind: 'release', resources: ['torn'] });
    await alarm({ id: newId(), kind: 'session', about: { session: 'torn' } });
    await alarm({ id: newId(), kind: 'rollback', about: { session: 'gone', request: 'r', to: 'c', by: 'ada' } });
    expect(await givenUp('f-torn/task')).toMatchObject({ action: 'share', outcome: 'failed', reason: 'DOCUMENT_UNREADABLE' });
    expect(await givenUp('f-other/task')).toMatchObject({ reason: 'INTERNAL' });
    expect(await givenUp('f-release/task')).toMatchObject({ reason: 'DOCUMENT_UNREADABLE' });
    expect(await givenUp('session {"session":"torn"}')).toMatchObject({ action: 'alarm', reason: 'DOCUMENT_UNREADABLE' });
    for (const [flowId, code] of [
      ['f-torn', 'DOCUMENT_UNREADABLE'],
      ['f-other', 'INTERNAL'],
    ]) {
      const told = await core.read('SUBMIT', subjects.signal('t1', 'sessions', flowId!, '*'));
      const signals = told.map((each) => each.json<AgentMessage<Signal>>().payload.data);
      expect(signals).toMatchObject([{ data: { taskId: 'task', state: 'refused', code } }]);
    }
    // nothing of it comes again; only the upkeep of the session does, later
    await eventually(async () => (await core.read('WAIT', subjects.wait('t1', SHARED, '*', '*'))).length === 0);
    await eventually(async () => (await core.read('ALARM', subjects.alarmDue('t1', '*'))).length === 0);
    const later = (await core.read('ALARM', subjects.alarmAt('t1', '*'))).map((each) => each.json<AgentMessage<AlarmDue>>().payload);
    expect(later).toMatchObject([{ kind: 'session', about: { session: 'torn' } }]);
    expect(await audited()).toHaveLength(4);
    const lines = rig.replicas.flatMap((replica) => replica.lines).filter((line) => line.includes('given up'));
    expect(lines).toHaveLength(4);
    expect(lines.join()).toContain('DOCUMENT_UNREADABLE');
  });

  it('as a message is refused at once', async () => {
    await core.publish(subjects.wait('t1', SHARED, 'task', 'f-noise'), Buffer.from([0xff, 0x00, 0x7b]));
    await due('noise', 'not json');
    expect(await givenUp('f-noise/task')).toMatchObject({ reason: 'INVALID_MESSAGE' });
    expect(await givenUp(subjects.alarmDue('t1', 'noise'))).toMatchObject({ reason: 'INVALID_MESSAGE' });
    await eventually(async () => (await core.read('WAIT', subjects.wait('t1', SHARED, '*', '*'))).length === 0);
  });

  it('is named to who asks for it; all else goes on, and the service stays ready', async () => {
    await own.publish(subjects.kvKey('SESSIONS', memoryKeys.resource('t1', 'torn')), '');
    const ada = await rig.bus('ada');
    const asked = ask(ada, { service: 'sessions', endpoint: 'request', tenant: 't1' }, { request: 'r', resource: 'torn' });
    await expect(asked).rejects.toMatchObject({ code: 'DOCUMENT_UNREADABLE' });
    const resources = new Resources(ada, { tenant: 't1' });
    const grant = await resources.acquire('sound');
    await own.publish(subjects.kvKey('SESSIONS', memoryKeys.resource('t1', 'other')), '[');
    expect((await resources.list()).map(({ resource }) => resource)).toEqual(['sound']);
    await grant.release();
    expect(rig.replicas.map(({ running }) => running.health)).toEqual([
      { ready: true, reasons: [] },
      { ready: true, reasons: [] },
    ]);
  });
});
