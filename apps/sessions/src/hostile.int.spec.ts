import { ask } from '@waggle/bus';
import { Resources } from '@waggle/memory';
import { eventually } from '@waggle/testkit';
import { sessionsRig, type Rig } from './testing/rig.js';

jest.setTimeout(60_000);

describe('askers that mean no good, or too much', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await sessionsRig();
  });

  const asked = async <T>(who: string, endpoint: string, question: object): Promise<T> =>
    ask<T>(await rig.bus(who), { service: 'sessions', endpoint, tenant: 't1' }, question);
  const sessionOf = async (who: string, name: string) => (await rig.as(who)).session(name);

  it('an id of a question is its asker’s: nobody takes another’s before it comes, nor ends the lease of its value', async () => {
    const ada = await sessionOf('ada', 'ids');
    await asked('ben', 'set', { request: 'w-7', session: 'ids', key: 'k', value: 'ben’s' });
    await asked('ada', 'set', { request: 'w-7', session: 'ids', key: 'k', value: 'ada’s' });
    expect((await ada.memory.get('k'))?.value).toBe('ada’s');
    await asked('ada', 'set', { request: 'w-8', session: 'ids', key: 'leased', value: 1, ttl: 600 });
    await asked('ben', 'set', { request: 'w-8', session: 'ids', key: 'gone', value: 1, ttl: 1 });
    await eventually(async () => (await ada.memory.get('gone')) === undefined);
    expect(await ada.memory.get('leased')).toMatchObject({ value: 1 });
  });

  it('a schema that takes for ever is refused, and nobody else waits for it', async () => {
    const ada = await sessionOf('ada', 'slow');
    await ada.create({ keys: { text: { schema: { type: 'string', pattern: '^(a+)+$' } } } });
    const evil = `${'a'.repeat(40)}!`;
    await expect(ada.memory.set('text', evil)).rejects.toMatchObject({ code: 'INVALID_MESSAGE', path: 'value' });
    await expect(ada.memory.set('text', evil)).rejects.toMatchObject({ code: 'INVALID_MESSAGE', path: 'value' });
    await ada.memory.set('other', 1);
    const two = (n: number): object => ({ allOf: [{ $ref: `#/$defs/d${n}` }, { $ref: `#/$defs/d${n}` }] });
    const $defs = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`d${i}`, i === 29 ? { type: 'number' } : two(i + 1)]));
    await ada.declare({ bomb: { schema: { $defs, ...two(0) } } });
    await expect(ada.memory.set('bomb', 1)).rejects.toMatchObject({ code: 'INVALID_MESSAGE' });
  });

  it('a session declares so many keys and no more, however often it is asked', async () => {
    const ada = await sessionOf('ada', 'greedy');
    await ada.create();
    const keys = (of: string) => Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`${of}${i}`, {}]));
    await ada.declare(keys('a'));
    await expect(ada.declare(keys('b'))).rejects.toMatchObject({ code: 'LIMIT_REACHED', path: 'keys' });
  });

  it('who may not write in a session does not come to its sync points, nor anybody when it is closed', async () => {
    const ada = await sessionOf('ada', 'closed');
    await ada.create({ members: ['ada'] });
    await ada.sync('p').create({ expect: 2, timeout: 60_000 });
    await expect((await sessionOf('ben', 'closed')).sync('p').arrive()).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await ada.sync('p').arrive();
    await ada.close();
    await expect(ada.sync('p').arrive({ as: 'other' })).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
    // an answer that was lost is asked for again
    expect(Object.keys((await ada.sync('p').arrive()).arrived)).toEqual(['ada']);
  });

  it('more than one answer holds is read in several: all keys of a session, and the history of one', async () => {
    const { memory } = await sessionOf('ada', 'large');
    const value = 'x'.repeat(16_000);
    for (let i = 0; i < 64; i++) await memory.set('same', value);
    await Promise.all(Array.from({ length: 80 }, (_, i) => memory.set(`k${i}`, value)));
    expect(await memory.forceSync()).toHaveLength(81);
    expect(await memory.history('same', 64)).toHaveLength(64);
  });

  it('who waits for more slots than are left once they became fewer gets all there are, and holds up nobody', async () => {
    const resources = new Resources(await rig.bus('ada'), { tenant: 't1' });
    await resources.define('shrinks', { slots: 3 });
    const first = await resources.acquire('shrinks', { slots: 2 });
    const large = resources.acquire('shrinks', { slots: 3 });
    await eventually(async () => (await resources.list()).find(({ resource }) => resource === 'shrinks')?.queue.length === 1);
    await resources.define('shrinks', { slots: 1 });
    await first.release();
    await (await large).release();
    await (await resources.acquire('shrinks')).release();
  });

  it('a rollback asked for again and again while it is under way is done once', async () => {
    const ada = await sessionOf('ada', 'again');
    for (let i = 0; i < 20; i++) await ada.memory.set(`k${i}`, 'before');
    await ada.checkpoint('start');
    for (let i = 0; i < 20; i++) await ada.memory.set(`k${i}`, 'after');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => asked<object>('ada', 'rollback', { request: 'r-1', session: 'again', to: 'start' })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect((await ada.memory.history('k0', 64)).map(({ write }) => write)).toEqual(['rollback', 'set', 'set']);
  });
});
