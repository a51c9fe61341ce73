import { subjects, type AgentMessage, type AlarmDue } from '@waggle/protocol';
import { eventually } from '@waggle/testkit';
import { sessionsRig, type Rig } from './testing/rig.js';

jest.setTimeout(30_000);

describe('sessions', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await sessionsRig();
  });

  it('are created once, joined and left', async () => {
    const [ada, ben] = [await rig.as('ada'), await rig.as('ben')];
    await ada.session('crew').create({ description: 'who builds it' });
    await expect(ben.session('crew').create()).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    await Promise.all([ada.session('crew').join({ role: 'lead' }), ben.session('crew').join(), ben.session('crew').join()]);
    expect((await ben.session('crew').describe()).agents).toMatchObject({ ada: { role: 'lead' }, ben: {} });
    await ada.session('crew').leave();
    expect(await ben.list()).toContainEqual(expect.objectContaining({ session: 'crew', createdBy: 'ada', agents: ['ben'], open: true }));
    await expect(ada.session('nothing').describe()).rejects.toMatchObject({ code: 'SESSION_UNKNOWN' });
    await expect(ada.session('nothing').join()).rejects.toMatchObject({ code: 'SESSION_UNKNOWN' });
    expect(await (await rig.as('bob')).list()).toEqual([]);
  });

  it('are for their members, and changed by who created them', async () => {
    const [ada, ben, alice] = await Promise.all(['ada', 'ben', 'alice'].map((name) => rig.as(name)));
    await ada!.session('closed-shop').create({ members: ['ben'] });
    await ben!.session('closed-shop').memory.set('x', 1);
    await expect(alice!.session('closed-shop').memory.set('x', 2)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await expect(alice!.session('closed-shop').join()).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await expect(ben!.session('closed-shop').close()).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await expect(ben!.session('closed-shop').declare({ x: {} })).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  });

  it('say what stands in them and does not fit what was declared since', async () => {
    const session = (await rig.as('ada')).session('late');
    await session.create();
    await session.memory.set('plan', { steps: ['a', 2] });
    await session.memory.set('other', 1);
    const schema = { type: 'object', properties: { steps: { items: { type: 'string' } } } };
    await session.declare({ plan: { schema } });
    expect(await session.validate()).toEqual([expect.objectContaining({ path: 'plan.steps[1]' })]);
    await expect(session.declare({ plan: { schema: { type: 'nonsense' } } })).rejects.toMatchObject({
      problems: [{ path: 'keys.plan.schema' }],
    });
  });

  it('are over, with all they held, once nobody has written for as long as they are kept', async () => {
    const session = (await rig.as('ada')).session('short');
    await session.create({ keep: 1_500 });
    await session.memory.set('x', 1);
    await session.channel('talk').send('hello');
    await session.sync('p').create({ expect: 1, timeout: 60_000 });
    await session.checkpoint('c');
    const written = performance.now();
    await session.memory.set('x', 2);
    await eventually(async () => (await (await rig.as('ada')).list()).every((each) => each.session !== 'short'), {
      timeout: 10_000,
      every: 50,
    });
    expect(performance.now() - written).toBeGreaterThan(1_400);
    expect(await session.memory.forceSync()).toEqual([]);
    expect(await session.memory.history('x')).toEqual([]);
    expect((await session.channel('talk').read()).messages).toEqual([]);
    expect(await session.points()).toEqual([]);
    expect(await session.checkpoints()).toEqual([]);
    expect(await session.memory.set('x', 1, { expect: 0 })).toBeGreaterThan(0);
  });

  it('can be read for a while when they are closed', async () => {
    const session = (await rig.as('ada')).session('ended');
    await session.create({ keep: 1_000 });
    await session.memory.set('x', 1);
    await session.close();
    await expect(session.memory.set('x', 2)).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
    await expect(session.rollBack('c')).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
    // the alarm of its making comes, and sets another, of a day: it is not time yet
    const core = await rig.bus('coordinator');
    await eventually(async () =>
      (await core.read('ALARM', subjects.alarmAt('t1', '*'))).some((alarm) => {
        const { about } = alarm.json<AgentMessage<AlarmDue>>().payload;
        const at = Date.parse(alarm.header('Nats-Schedule')!.replace('@at ', ''));
        return about.session === 'ended' && at > Date.now() + 3_600_000;
      }),
    );
    expect((await session.memory.get('x'))!.value).toBe(1);
    expect((await session.describe()).open).toBe(false);
  });
});
