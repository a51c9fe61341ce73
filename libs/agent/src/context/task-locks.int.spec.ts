import { setTimeout as sleep } from 'node:timers/promises';
import { createLocks, type Locks } from '@waggle/locks';
import { eventually } from '@waggle/testkit';
import { Rig, WORKER } from '../../test/rig.js';
import { Agent, Skill, type TaskContext } from '../index.js';

jest.setTimeout(30_000);

const agentOf = (slots: number, work: (input: unknown, ctx: TaskContext) => Promise<unknown>): object => {
  @Agent({ name: 'worker', description: 'Works under locks', slots })
  class Worker {
    @Skill({ id: 'test.work', timeout: '1m' })
    work(input: unknown, ctx: TaskContext): Promise<unknown> {
      return work(input, ctx);
    }
  }
  return new Worker();
};

describe('ctx.lock', () => {
  let rig: Rig;
  let locks: Locks;
  beforeAll(async () => {
    rig = await Rig.start();
    locks = createLocks(await rig.broker.busFor(WORKER), { tenant: 'default' });
  });
  afterEach(() => rig.rest());

  it('keeps tasks of two instances apart, and says whose it is', async () => {
    let [inside, most] = [0, 0];
    const work = (_: unknown, ctx: TaskContext): Promise<unknown> =>
      ctx.lock.withLock('one at a time', async () => {
        most = Math.max(most, ++inside);
        const [holder] = (await ctx.lock.status('one at a time')).holders;
        await sleep(2);
        inside--;
        return holder!.metadata;
      });
    await rig.agent(agentOf(4, work));
    await rig.agent(agentOf(4, work));
    const flows = await Promise.all(Array.from({ length: 20 }, () => rig.dispatch()));
    const results = await Promise.all(flows.map((flow) => rig.result(flow)));
    expect(results.map(({ output }) => output)).toEqual(flows.map(({ flowId, taskId, attempt }) => ({ flowId, taskId, attempt })));
    expect(most).toBe(1);
  });

  it('gives the slot to others while it waits', async () => {
    const held = await locks.acquire('elsewhere');
    await rig.agent(agentOf(1, async (input, ctx) => (input === 'wait' ? ctx.lock.withLock('elsewhere', () => 'had it') : 'done')));
    const waiting = await rig.dispatch({ input: 'wait' });
    await eventually(async () => (await locks.status('elsewhere')).waiters.length === 1);
    const other = await rig.dispatch({ input: 'other' });
    expect((await rig.result(other)).output).toBe('done');
    await held.release();
    expect((await rig.result(waiting)).output).toBe('had it');
  });

  it('is released when the handler ends without having done so, and no longer waited for when the attempt is aborted', async () => {
    await rig.agent(
      agentOf(2, async (input, ctx) => {
        await ctx.lock.acquire('forgotten');
        if (input === 'fail') throw new Error('on the way');
        return 'done';
      }),
    );
    for (const input of ['end', 'fail', 'end']) await rig.result(await rig.dispatch({ input }));
    expect((await locks.status('forgotten')).holders).toEqual([]);
    const held = await locks.acquire('forgotten');
    const waiting = await rig.dispatch({ input: 'end' });
    await eventually(async () => (await locks.status('forgotten')).waiters.length === 1);
    await rig.abort(waiting);
    await eventually(async () => (await locks.status('forgotten')).waiters.length === 0);
    await held.release();
  });
});
