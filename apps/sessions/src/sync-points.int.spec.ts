import { subjects, type AgentMessage, type AlarmDue } from '@waggle/protocol';
import { eventually } from '@waggle/testkit';
import { sessionsRig, type Rig } from './testing/rig.js';

jest.setTimeout(30_000);

describe('sync points', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await sessionsRig();
  });

  const point = async (name: string, at: string, as?: string) => (await rig.as(name)).session('crew', { as }).sync(at);

  it('have one alarm each, though several make them at once', async () => {
    const names = Array.from({ length: 10 }, (_, n) => `raced-${n}`);
    await Promise.all(
      names.flatMap((name) => ['ada', 'ben'].map(async (who) => (await point(who, name)).create({ expect: 2, timeout: 20_000 }))),
    );
    const alarms = await (await rig.bus('coordinator')).read('ALARM', subjects.alarmAt('t1', '*'));
    const about = alarms.map((alarm) => alarm.json<AgentMessage<AlarmDue>>().payload.about.name!);
    expect(about.filter((name) => names.includes(name)).sort()).toEqual(names);
  });

  it('let nobody on before the last has come, each counted once', async () => {
    const ada = await point('ada', 'three');
    await expect(ada.arrive()).rejects.toMatchObject({ code: 'SYNC_UNKNOWN' });
    await ada.create({ expect: 3, timeout: 20_000 });
    const order: string[] = [];
    const going = Promise.all(
      ['task-1', 'task-2'].map(async (as) => {
        const state = await (await point('ben', 'three', as)).reach({ data: { from: as } });
        order.push(`${as} goes on`);
        return state;
      }),
    );
    await eventually(async () => Object.keys((await ada.state())?.arrived ?? {}).length === 2);
    // it died and came back
    const again = await (await point('ben', 'three', 'task-1')).arrive();
    expect([again.state, Object.keys(again.arrived)]).toEqual(['open', expect.arrayContaining(['ben/task-1', 'ben/task-2'])]);
    order.push('ada comes');
    expect((await ada.reach()).state).toBe('complete');
    for (const state of await going)
      expect(state).toMatchObject({ state: 'complete', arrived: { 'ben/task-1': { data: { from: 'task-1' } } } });
    expect(order[0]).toBe('ada comes');
    expect((await ada.arrive()).state).toBe('complete');
    // nobody awaits its time any more
    const alarms = await (await rig.bus('coordinator')).read('ALARM', subjects.alarmAt('t1', '*'));
    expect(alarms.filter((alarm) => alarm.json<AgentMessage<AlarmDue>>().payload.about.name === 'three')).toEqual([]);
  });

  it('by name wait for each agent, and are over in time without who is missing', async () => {
    const ada = await point('ada', 'named');
    const at = performance.now();
    await ada.create({ expect: ['ada', 'ben', 'cid'], timeout: 1_500 });
    const waiting = ada.reach();
    await (await point('ben', 'named')).arrive();
    await expect(waiting).rejects.toMatchObject({ code: 'SYNC_TIMED_OUT', message: expect.stringContaining('without cid') as string });
    expect(performance.now() - at).toBeGreaterThan(1_300);
    await expect((await point('alice', 'named')).arrive()).rejects.toMatchObject({ code: 'SYNC_TIMED_OUT' });
  });

  it('are made once in one way', async () => {
    const options = { expect: 2, timeout: 5_000 };
    const made = await Promise.all(['ada', 'ben'].map(async (name) => (await point(name, 'same')).create(options)));
    expect(made[0]!.alarm).toBe(made[1]!.alarm);
    await expect((await point('ben', 'same')).create({ ...options, expect: 3 })).rejects.toMatchObject({ code: 'NAME_TAKEN' });
  });

  it('count each of many that come at once', async () => {
    const ada = await point('ada', 'many');
    await ada.create({ expect: 60, timeout: 20_000 });
    const states = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => (await point(i % 2 ? 'ada' : 'ben', 'many', `t${i}`)).reach()),
    );
    expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['complete']));
    expect(Object.keys(states[0]!.arrived)).toHaveLength(60);
  });
});
