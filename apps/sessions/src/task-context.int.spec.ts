import { Agent, Skill, type TaskContext } from '@waggle/agent';
import { Sessions } from '@waggle/memory';
import { eventually } from '@waggle/testkit';
import { Rig } from '../../../libs/agent/test/rig.js';
import { manifest } from './sessions.manifest.js';
import { startSessions } from './testing/start-sessions.js';

jest.setTimeout(30_000);

/** One slot: two tasks that wait for each other can only end if the one that waits gives it back. */
@Agent({ name: 'worker', description: 'shares', slots: 1, maxWaiting: 8 })
class Sharer {
  inUse = 0;

  @Skill({ id: 'test.share' })
  async share(input: { among: number }, ctx: TaskContext): Promise<unknown> {
    await ctx.memory.merge('seen', { [ctx.taskId]: ctx.attempt });
    await ctx.channel('talk').send(`${ctx.taskId} is here`);
    const point = await ctx.sync('all-here', { expect: input.among, timeout: 20_000, data: ctx.attempt });
    const seen = await ctx.use('printer', {}, async () => {
      this.inUse++;
      expect(this.inUse).toBe(1);
      const found = await ctx.memory.get('seen');
      this.inUse--;
      return found?.value;
    });
    return { seen, arrived: Object.keys(point.arrived).sort() };
  }
}

describe('what a task shares with others', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start([manifest]);
    await startSessions(rig.broker);
  });
  afterEach(() => rig.rest());

  it('is of its flow; a task that waits for others gives its slot back', async () => {
    const { bus } = await rig.agent(new Sharer());
    const flowId = 'f-share';
    const tasks = await Promise.all(
      ['a', 'b', 'c'].map((taskId) => rig.dispatch({ flowId, taskId, skill: 'test.share', input: { among: 3 } })),
    );
    for (const task of tasks) {
      expect((await rig.result(task)).output).toEqual({ seen: { a: 1, b: 1, c: 1 }, arrived: ['worker/a', 'worker/b', 'worker/c'] });
    }
    const session = new Sessions(bus, { tenant: 'default' }).session(flowId);
    expect((await session.channel('talk').read()).messages.map(({ body }) => body).sort()).toEqual(['a is here', 'b is here', 'c is here']);
  });

  it('counts once, whatever attempt it comes in', async () => {
    const { bus } = await rig.agent(new Sharer());
    const flowId = 'f-again';
    const first = await rig.dispatch({ flowId, taskId: 'a', skill: 'test.share', input: { among: 2 } });
    const point = new Sessions(bus, { tenant: 'default' }).session(flowId).sync('all-here');
    await eventually(async () => Object.keys((await point.state())?.arrived ?? {}).length === 1);
    await rig.abort(first);
    const again = await rig.dispatch({ flowId, taskId: 'a', attempt: 2, skill: 'test.share', input: { among: 2 } });
    await eventually(
      async () => (await new Sessions(bus, { tenant: 'default' }).session(flowId).memory.get<{ a: number }>('seen'))?.value?.a === 2,
    );
    expect((await point.state())!.state).toBe('open');
    const other = await rig.dispatch({ flowId, taskId: 'b', skill: 'test.share', input: { among: 2 } });
    for (const task of [again, other]) expect((await rig.result(task)).output).toMatchObject({ arrived: ['worker/a', 'worker/b'] });
    expect(await rig.resultOf(first)).toBeUndefined();
  });
});
