import type { AgentMessage, Submit } from '@waggle/protocol';
import { subjects } from '@waggle/protocol';
import { sessionsRig, type Rig } from './testing/rig.js';

jest.setTimeout(30_000);

describe('checkpoints', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await sessionsRig();
  });

  const state = async (session: string): Promise<Record<string, unknown>> =>
    Object.fromEntries((await (await rig.as('alice')).session(session).memory.forceSync()).map(({ key, value }) => [key, value]));

  it('are gone back to, and from there forth again', async () => {
    const session = (await rig.as('ada')).session('back');
    const { memory } = session;
    const large = { text: 'x'.repeat(100_000) };
    await memory.set('kept', 1);
    await memory.set('changed', large);
    await memory.set('removed', { a: 1 });
    await session.checkpoint('good');
    await expect((await rig.as('ben')).session('back').checkpoint('good')).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    await memory.set('changed', 'worse');
    await memory.delete('removed');
    await memory.set('new', true);
    const before = await state('back');
    const done = await session.rollBack('good');
    expect(done).toMatchObject({ to: 'good', by: 'ada', keys: 3 });
    expect(await state('back')).toEqual({ kept: 1, changed: large, removed: { a: 1 } });
    expect((await memory.history('changed')).map(({ write }) => write)).toEqual(['rollback', 'set', 'set']);
    expect((await session.describe()).rollbacks).toMatchObject([{ to: 'good', undo: done.undo }]);
    await session.rollBack(done.undo);
    expect(await state('back')).toEqual(before);
    expect((await session.checkpoints()).map(({ name }) => name)).toEqual(expect.arrayContaining(['good', done.undo]));
    await expect(session.rollBack('none')).rejects.toMatchObject({ code: 'CHECKPOINT_UNKNOWN' });
  });

  it('are cuts: what is written meanwhile is in whole or not at all', async () => {
    const session = (await rig.as('ada')).session('cut');
    const { memory } = session;
    let writing = true;
    const writer = (async () => {
      // always the left one first: no cut may show the right one further
      for (let i = 1; writing; i++) {
        await memory.set('left', i);
        await memory.set('right', i);
      }
    })();
    const names = Array.from({ length: 20 }, (_, i) => `cut${i}`);
    try {
      for (const name of names) await session.checkpoint(name);
    } finally {
      writing = false;
      await writer;
    }
    for (const name of names.slice(-5)) {
      await session.rollBack(name);
      const { left = 0, right = 0 } = (await state('cut')) as { left?: number; right?: number };
      expect(left - right === 0 || left - right === 1).toBe(true);
    }
  });

  it('are not gone back to past what nothing undoes outside', async () => {
    const session = (await rig.as('ada')).session('effects');
    await session.memory.set('x', 1);
    await session.effect('before the checkpoint');
    await session.checkpoint('start');
    await session.memory.set('x', 2);
    await session.effect('a mail to the customer');
    await session.effect('a branch', { compensation: { skill: 'git.delete-branch', input: { name: 'b1' } } });
    await expect(session.rollBack('start')).rejects.toMatchObject({
      code: 'ROLLBACK_REFUSED',
      problems: [{ message: expect.stringContaining('a mail to the customer') as string }],
    });
    expect(await state('effects')).toEqual({ x: 2 });
  });

  it('are gone back to with what undoes the rest, latest first', async () => {
    const session = (await rig.as('ada')).session('undone');
    await session.memory.set('x', 1);
    await session.checkpoint('start');
    await session.effect('one', { compensation: { skill: 'undo.one' } });
    await session.effect('two', { compensation: { skill: 'undo.two', input: 2 } });
    const { flowId } = await session.rollBack('start');
    const core = await rig.bus('sessions');
    const submitted = (await core.last('SUBMIT', subjects.submit('t1', 'sessions', flowId!)))!.json<AgentMessage<Submit>>();
    expect(submitted.payload.definition).toMatchObject({
      steps: [
        { skill: 'undo.two', input: 2 },
        { skill: 'undo.one', needs: ['undo-0'] },
      ],
    });
    expect((await session.describe()).effects.map(({ undoneBy }) => undoneBy)).toEqual([flowId, flowId]);
  });
});
