import { Resources } from '@waggle/memory';
import {
  createMessage,
  MESSAGE_TYPES,
  SHARED,
  subjects,
  type AgentMessage,
  type AlarmDue,
  type FlowShare,
  type Signal,
  type WaitEntry,
} from '@waggle/protocol';
import { eventually } from '@waggle/testkit';
import { sessionsRig, type Rig } from './testing/rig.js';

jest.setTimeout(30_000);

describe('resources', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await sessionsRig();
  });

  const as = async (name: string): Promise<Resources> => new Resources(await rig.bus(name), { tenant: 't1' });

  it('are used by as many at once as they have slots, in the order asked', async () => {
    const [ada, ben] = [await as('ada'), await as('ben')];
    await ada.define('staging-db', { slots: 2 });
    let now = 0;
    let most = 0;
    const served: number[] = [];
    await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        (i % 2 ? ada : ben).use('staging-db', {}, async () => {
          served.push(i);
          most = Math.max(most, ++now);
          // the first does not end before the second has begun
          await eventually(() => most === 2);
          now--;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(served).toHaveLength(12);
    expect((await ada.list()).find(({ resource }) => resource === 'staging-db')).toMatchObject({
      slots: 2,
      holders: [],
      queue: [],
      granted: 12,
    });
  });

  it('leave no alarm behind, though replicas race for them', async () => {
    const [ada, ben] = [await as('ada'), await as('ben')];
    await ada.define('raced', { slots: 16 });
    for (let round = 0; round < 5; round++) {
      const grants = await Promise.all(Array.from({ length: 12 }, (_, i) => (i % 2 ? ada : ben).acquire('raced')));
      await Promise.all(grants.map((grant) => grant.release()));
    }
    const alarms = await (await rig.bus('coordinator')).read('ALARM', subjects.alarmAt('t1', '*'));
    const about = alarms.map((alarm) => alarm.json<AgentMessage<AlarmDue>>().payload.about.resource);
    expect(about.filter((resource) => resource === 'raced')).toEqual([]);
  });

  it('are given by priority, with the place and the wait to be seen', async () => {
    const [ada, ben] = [await as('ada'), await as('ben')];
    const held = await ada.acquire('printer');
    const order: string[] = [];
    const seen: number[] = [];
    const wait = async (name: string, priority: 'low' | 'high' | 'normal'): Promise<void> => {
      const grant = await ben.acquire('printer', {
        priority,
        note: name,
        onPosition: ({ position }) => name === 'late' && seen.push(position),
      });
      order.push(name);
      await grant.release();
    };
    const queued = (n: number) =>
      eventually(async () => (await ada.list()).find(({ resource }) => resource === 'printer')?.queue.length === n);
    const waiting: Promise<void>[] = [];
    for (const [name, priority] of [
      ['late', 'low'],
      ['first', 'normal'],
      ['second', 'normal'],
      ['urgent', 'high'],
    ] as const) {
      waiting.push(wait(name, priority));
      await queued(waiting.length);
    }
    const line = (await ada.list()).find(({ resource }) => resource === 'printer')!;
    expect(line.queue.map(({ owner, position }) => [owner.note, position])).toEqual([
      ['urgent', 0],
      ['first', 1],
      ['second', 2],
      ['late', 3],
    ]);
    // its place is told to it on a way of its own
    await eventually(() => seen.includes(3));
    await held.release();
    await Promise.all(waiting);
    expect(order).toEqual(['urgent', 'first', 'second', 'late']);
    expect(seen[0]).toBe(0);
    expect(Math.max(...seen)).toBe(3);
    expect(await ada.list()).not.toContainEqual(expect.objectContaining({ resource: 'printer' }));
  });

  it('go to the next when their holder is gone, and a waiter that is gone keeps nobody waiting', async () => {
    const dying = await rig.broker.busFor('ben');
    const dead = new Resources(dying, { tenant: 't1' });
    await dead.acquire('lathe', { ttl: 1_000 });
    const stop = new AbortController();
    const gone = expect(dead.acquire('lathe', { ttl: 1_000, signal: stop.signal })).rejects.toThrow();
    const ada = await as('ada');
    await eventually(async () => (await ada.list()).find(({ resource }) => resource === 'lathe')?.queue.length === 1);
    await dying.close();
    const at = performance.now();
    const grant = await ada.acquire('lathe');
    expect(performance.now() - at).toBeLessThan(6_000);
    await grant.release();
    stop.abort();
    await gone;
  });

  it('lost by their holder abort its work', async () => {
    const bus = await rig.broker.busFor('ben');
    const grant = await new Resources(bus, { tenant: 't1' }).acquire('crane', { ttl: 1_000 });
    const ada = await as('ada');
    const waiting = ada.acquire('crane');
    // it cannot renew any more
    await bus.close();
    const next = await waiting;
    expect(grant.signal.aborted).toBe(true);
    expect(grant.signal.reason).toMatchObject({ code: 'GRANT_LOST' });
    await next.release();
  });

  it('are not given back by others, nor asked for beyond what there is', async () => {
    const grant = await (await as('ada')).acquire('kiln');
    const ben = await rig.bus('ben');
    const ask = async (endpoint: string, question: object) =>
      (await ben.request(`wgm.svc.sessions.${endpoint}.t1.ben`, JSON.stringify({ request: 'r1', resource: 'kiln', ...question }))).json<{
        problems?: { code: string }[];
      }>();
    expect((await ask('release', { id: grant.place.id })).problems).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    expect((await ask('request', { slots: 2 })).problems).toMatchObject([{ code: 'INVALID_MESSAGE' }]);
    await grant.release();
  });

  it('renewed or given back, leave no alarm behind', async () => {
    const core = await rig.bus('coordinator');
    const ada = await as('ada');
    const armed = async (): Promise<string[]> => {
      const stored = await core.read('ALARM', subjects.alarmAt('t1', '*'));
      const alarms = stored.map((each) => each.json<AgentMessage<AlarmDue>>().payload);
      return alarms.filter(({ about }) => about.resource === 'loom').map(({ id }) => id);
    };
    const grant = await ada.acquire('loom');
    for (let i = 0; i < 3; i++) {
      const question = JSON.stringify({ request: `renew-${i}`, resource: 'loom', id: grant.place.id });
      await (await rig.bus('ada')).request('wgm.svc.sessions.renew.t1.ada', question);
    }
    const [holder] = (await ada.list()).find(({ resource }) => resource === 'loom')!.holders;
    expect(await armed()).toEqual([holder!.alarm]);
    await grant.release();
    expect(await armed()).toEqual([]);
  });

  it('are given back for a flow that ended without doing so itself, and are told to it once', async () => {
    const core = await rig.bus('coordinator');
    const ada = await as('ada');
    const share: FlowShare = { kind: 'resource', key: 'furnace', slots: 1, priority: 'normal', owner: 'alice', step: 's' };
    const payload: WaitEntry = { kind: SHARED, key: 'task', flowId: 'f1', data: share };
    const entry = JSON.stringify(createMessage({ type: MESSAGE_TYPES.wait, from: 'coordinator', tenant: 't1', payload }));
    for (let i = 0; i < 3; i++) await core.publish(subjects.wait('t1', SHARED, 'task', 'f1'), entry);
    const furnace = async () => (await ada.list()).find(({ resource }) => resource === 'furnace');
    await eventually(async () => (await furnace())?.holders.length === 1);
    const told = () => core.read('SUBMIT', subjects.signal('t1', 'sessions', 'f1', '*'));
    await eventually(async () => (await told()).length > 0);
    const next = ada.acquire('furnace');
    await core.publish(subjects.outcome('t1', 'alice', 'f1'), '{}');
    await (await next).release();
    expect(await told()).toHaveLength(1);
    // what was dealt with does not fill the stream
    await eventually(async () => (await core.read('WAIT', subjects.wait('t1', SHARED, '*', '*'))).length === 0);
    expect((await told())[0]!.json<AgentMessage<Signal>>().payload).toEqual({
      signal: 'notify',
      data: { name: 'shared', data: { taskId: 'task', kind: 'resource', key: 'furnace', state: 'granted' } },
    });
  });
});
