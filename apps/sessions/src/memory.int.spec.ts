import { eventually } from '@waggle/testkit';
import type { MemoryChange, MemoryConflict } from '@waggle/memory';
import { sessionsRig, type Rig } from './testing/rig.js';

jest.setTimeout(30_000);

describe('shared memory, behind borders, with two replicas of the service', () => {
  let rig: Rig;
  let n = 0;
  beforeAll(async () => {
    rig = await sessionsRig();
  });

  /** A session of its own for each test, as several see it. */
  const memories = async (...names: string[]) => {
    const session = `s${n++}`;
    return Promise.all(names.map(async (name) => (await rig.as(name)).session(session).memory));
  };

  it('is written by asking, and read where it lies, by agents and clients', async () => {
    const [ada, alice] = await memories('ada', 'alice');
    const version = await ada!.set('plan.first', { steps: ['read'] });
    expect(await alice!.get('plan.first')).toMatchObject({ version, value: { steps: ['read'] }, by: 'ada', write: 'set' });
    expect(await alice!.get('plan.second')).toBeUndefined();
    const next = await alice!.set('plan.first', 'done', { expect: version });
    expect(next).toBeGreaterThan(version);
    expect((await ada!.history('plan.first')).map(({ version, value, by }) => [version, value, by])).toEqual([
      [next, 'done', 'alice'],
      [version, { steps: ['read'] }, 'ada'],
    ]);
  });

  it('refuses a write under the token of a lock once a newer holder has written', async () => {
    const [ada, ben] = await memories('ada', 'ben');
    await ada!.set('guarded', 'by 33', { fence: 33 });
    await ben!.merge('guarded', 'by 34', { fence: 34 });
    for (const late of [() => ada!.set('guarded', 'late', { fence: 33 }), () => ada!.delete('guarded', { fence: 33 })])
      await expect(late()).rejects.toMatchObject({ code: 'LOCK_FENCED' });
    // who has no token is not stopped, and does not let an older holder in again
    await ben!.set('guarded', 'by nobody');
    await expect(ada!.set('guarded', 'late', { fence: 33 })).rejects.toMatchObject({ code: 'LOCK_FENCED' });
    await ben!.delete('guarded', { fence: 34 });
    await expect(ada!.set('guarded', 'late', { fence: 33 })).rejects.toMatchObject({ code: 'LOCK_FENCED' });
    await ada!.set('guarded', 'newest', { fence: 35 });
    expect(await ben!.get('guarded')).toMatchObject({ value: 'newest' });
  });

  it('refuses a write over another version, with both sides', async () => {
    const [ada, ben] = await memories('ada', 'ben');
    const first = await ada!.set('x', 1, { expect: 0 });
    const second = await ben!.set('x', 2, { expect: first });
    const conflict = await ada!.set('x', 3, { expect: first }).catch((error: unknown) => error as MemoryConflict);
    expect(conflict).toMatchObject({
      code: 'VERSION_CONFLICT',
      sides: { key: 'x', expected: first, current: { version: second, value: 2, by: 'ben' }, yours: { value: 3, by: 'ada' } },
    });
    await ben!.delete('x', { expect: second });
    expect(await ada!.get('x')).toBeUndefined();
    await expect(ada!.set('x', 4, { expect: second })).rejects.toMatchObject({
      sides: { current: { version: 0, by: 'ben', write: 'delete' } },
    });
    expect(await ada!.set('x', 4, { expect: 0 })).toBeGreaterThan(second);
    expect((await ada!.history('x')).map(({ write }) => write)).toEqual(['set', 'delete', 'set', 'set']);
  });

  it('merges what many write at once, through both replicas', async () => {
    const [ada, ben] = await memories('ada', 'ben');
    await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? ada! : ben!).merge('all', { [`k${i}`]: i, gone: null })));
    const found = await ada!.get<Record<string, number>>('all');
    expect(Object.keys(found!.value!)).toHaveLength(40);
    await ben!.merge('all', { k0: null });
    expect((await ada!.get<object>('all'))!.value).not.toHaveProperty('k0');
  });

  it('lets exactly one of many make a key', async () => {
    const [ada, ben] = await memories('ada', 'ben');
    const tries = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => (i % 2 ? ada! : ben!).set('leader', i, { expect: 0 })));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('tells of changes, and of a key that goes by itself', async () => {
    const [ada, alice] = await memories('ada', 'alice');
    await ada!.set('seen.before', 1);
    const stop = new AbortController();
    const told: MemoryChange[] = [];
    const watching = (async () => {
      for await (const change of alice!.watch('seen.>', { current: true, signal: stop.signal })) told.push(change);
    })();
    await eventually(() => told.length === 1);
    const at = performance.now();
    await ada!.set('seen.short', 'lived', { ttl: 1 });
    await ada!.set('unseen', 1);
    await ada!.delete('seen.before');
    await eventually(() => told.some(({ key, deleted }) => key === 'seen.short' && deleted));
    expect(performance.now() - at).toBeGreaterThan(900);
    await eventually(() => told.some(({ key, deleted }) => key === 'seen.before' && deleted));
    // what goes by itself keeps no order with what is written
    const toldOf = (name: string) => told.filter(({ key }) => key === name).map(({ value, deleted }) => [value, deleted]);
    expect(toldOf('seen.before')).toEqual([
      [1, false],
      [undefined, true],
    ]);
    expect(toldOf('seen.short')).toEqual([
      ['lived', false],
      [undefined, true],
    ]);
    expect(told).toHaveLength(4);
    expect(await ada!.get('seen.short')).toBeUndefined();
    expect(await ada!.set('seen.short', 'again', { expect: 0 })).toBeGreaterThan(0);
    stop.abort();
    await watching;
  });

  it('keeps large values by reference, once for all who write the same', async () => {
    const [ada, ben] = await memories('ada', 'ben');
    const large = { text: 'x'.repeat(300_000) };
    await ada!.set('one', large);
    await ben!.set('two', large);
    expect((await ben!.get('one'))!.value).toEqual(large);
    expect((await ada!.history('two'))[0]!.value).toEqual(large);
    await ada!.merge('two', { more: true });
    expect((await ben!.get<object>('two'))!.value).toEqual({ ...large, more: true });
    const refs = await Promise.all(
      ['one', 'two'].map(async (key) => {
        const entries = await (await rig.bus('ada')).last('KV_MEMORY', `$KV.MEMORY.t1.${ada!.session}.key.${key}`);
        return entries!.json<{ value: { $blob: { writer: string } } }>().value.$blob.writer;
      }),
    );
    expect(refs).toEqual(['sessions', 'sessions']);
  });

  it('gives by forceSync all that was acknowledged', async () => {
    const [ada, ben] = await memories('ada', 'ben');
    const versions = await Promise.all(['a', 'b.c', 'd'].map((key) => ada!.set(key, key)));
    await ada!.delete('d');
    expect((await ben!.forceSync()).map(({ key, version }) => [key, version])).toEqual([
      ['a', versions[0]],
      ['b.c', versions[1]],
    ]);
    expect(await ben!.forceSync('a')).toMatchObject([{ key: 'a', value: 'a', by: 'ada' }]);
    expect(await ben!.forceSync('d')).toEqual([]);
  });

  it('is checked against what the session declares', async () => {
    const session = (await rig.as('ada')).session('declared');
    await session.create({
      keys: {
        plan: { owners: ['ada'], schema: { type: 'object', properties: { steps: { type: 'array', items: { type: 'string' } } } } },
        'open.>': { schema: { type: 'integer' } },
      },
    });
    const ben = (await rig.as('ben')).session('declared').memory;
    await expect(session.memory.set('plan', { steps: ['a', 2] })).rejects.toMatchObject({
      code: 'INVALID_MESSAGE',
      problems: [{ path: 'value.steps[1]' }],
    });
    await expect(ben.set('plan', { steps: [] })).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await session.memory.set('plan', { steps: ['a'] });
    await expect(ben.set('open.count', 'many')).rejects.toMatchObject({ code: 'INVALID_MESSAGE', problems: [{ path: 'value' }] });
    await ben.set('open.count', 3);
    await expect(ben.merge('open.count', { a: 1 })).rejects.toMatchObject({ code: 'INVALID_MESSAGE' });
  });

  it('is refused, with the field, when it is not asked as it must be', async () => {
    const [ada] = await memories('ada');
    await expect(ada!.set('no key', 1)).rejects.toMatchObject({ code: 'INVALID_MESSAGE', path: 'key' });
    await expect(ada!.set('k', 1, { ttl: 0.5 })).rejects.toMatchObject({ code: 'INVALID_MESSAGE', problems: [{ path: 'ttl' }] });
    await expect(ada!.set('k', 1, { expect: -1 })).rejects.toMatchObject({ problems: [{ path: 'expect' }] });
  });

  it('of another tenant is neither written nor read', async () => {
    const [ada] = await memories('ada');
    await ada!.set('secret', 1);
    const bob = (await rig.as('bob', 't1')).session(ada!.session).memory;
    await expect(bob.get('secret')).rejects.toMatchObject({ code: 'BUS_REFUSED' });
    await expect(bob.set('secret', 2)).rejects.toMatchObject({ code: 'BUS_REFUSED' });
    const own = (await rig.as('bob')).session(ada!.session).memory;
    expect(await own.get('secret')).toBeUndefined();
    await expect((await rig.bus('ada')).bucket('MEMORY').put(`t1.${ada!.session}.key.secret`, '{}')).rejects.toMatchObject({
      code: 'BUS_REFUSED',
    });
  });
});
