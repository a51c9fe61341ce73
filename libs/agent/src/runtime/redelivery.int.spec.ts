import { setTimeout as sleep } from 'node:timers/promises';
import { subjects, type AgentMessage, type Submit } from '@waggle/protocol';
import { eventually } from '@waggle/testkit';
import { Rig } from '../../test/rig.js';
import { WorkerProcess } from '../../test/worker-process.js';
import { Agent, Skill, TaskError, type TaskContext } from '../index.js';

type Doing = (input: unknown, ctx: TaskContext) => Promise<unknown>;

const agentOf = (work: Doing, slots = 2): object => {
  @Agent({ name: 'worker', description: 'Works', slots })
  class Worker {
    @Skill({ id: 'test.work' })
    work(input: unknown, ctx: TaskContext): Promise<unknown> {
      return work(input, ctx);
    }
  }
  return new Worker();
};

const forever: Doing = (_, ctx) =>
  new Promise((__, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason as Error), { once: true }));

describe('a task delivered again', () => {
  let rig: Rig;
  beforeAll(async () => (rig = await Rig.start()));
  afterEach(() => rig.rest());

  it('when its agent is killed in the middle of it: done by another, one result', async () => {
    const killed = new WorkerProcess(rig);
    const flow = await rig.dispatch({ input: { do: 'wait' } });
    await rig.holds(killed.instance, 1);
    await killed.kill();
    await rig.gone(killed.instance);
    await rig.handBack(killed.instance);
    const { instance } = await rig.agent(agentOf(async () => 'done'));
    expect(await rig.result(flow)).toMatchObject({ kind: 'completed', output: 'done', instance });
    expect(await rig.starts(flow)).toBe(1);
    expect((await rig.results()).length).toBe(1);
  });

  it('is poison when it ends every process that starts it', async () => {
    const flow = await rig.dispatch({ input: { do: 'die' } });
    const starts: (number | undefined)[] = [];
    for (let life = 0; life < 4; life++) {
      const worker = new WorkerProcess(rig);
      await worker.exited;
      await rig.gone(worker.instance);
      starts.push(await rig.starts(flow));
      await rig.handBack(worker.instance);
    }
    expect(starts).toEqual([undefined, 1, 2, 3]);
    const called = jest.fn(async () => 'survived');
    await rig.agent(agentOf(called));
    expect(await rig.result(flow)).toMatchObject({ kind: 'failed', error: { code: 'POISON', retryable: false } });
    expect(called).not.toHaveBeenCalled();
  }, 60_000);

  it('is no poison however often it is handed back by agents that stop gracefully', async () => {
    const flow = await rig.dispatch();
    for (let life = 0; life < 6; life++) {
      let started!: () => void;
      const running = new Promise<void>((resolve) => (started = resolve));
      await rig.agent(agentOf((input, ctx) => (started(), forever(input, ctx))));
      await running;
      await rig.rest();
      expect(await rig.starts(flow)).toBe(life === 0 ? undefined : 0);
    }
    await rig.agent(agentOf(async () => 'done at last'));
    expect(await rig.result(flow)).toMatchObject({ kind: 'completed', output: 'done at last' });
  }, 40_000);

  it('keeps the first result: a zombie that comes back finds the subject taken', async () => {
    const zombie = new WorkerProcess(rig);
    // long enough to be stopped in the middle of it, whatever the machine
    const flow = await rig.dispatch({ input: { do: 'wait', for: 3_500 } });
    await rig.holds(zombie.instance, 1);
    zombie.signal('SIGSTOP');
    // the registry waits longer than this for a beat; by then the pulls of whoever hangs have lapsed, and swallow nothing
    await sleep(2_500);
    await rig.handBack(zombie.instance);
    const { instance } = await rig.agent(agentOf(async () => 'done'));
    expect(await rig.result(flow)).toMatchObject({ output: 'done', instance });
    await rig.rest();
    zombie.signal('SIGCONT');
    await rig.holds(zombie.instance, 0);
    expect(await rig.result(flow)).toMatchObject({ output: 'done', instance });
    const next = await rig.result(await rig.dispatch({ input: { for: 1 } }));
    expect(next).toMatchObject({ output: { by: zombie.instance } });
    await zombie.kill();
    await rig.gone(zombie.instance);
  }, 40_000);

  it('does not start when its result is stored already: only the acknowledgement was lost', async () => {
    const flow = await rig.dispatch({ input: { do: 'wait' } });
    const stalled = new WorkerProcess(rig);
    await rig.holds(stalled.instance, 1);
    await stalled.kill();
    await rig.gone(stalled.instance);
    const bus = await rig.broker.busFor('worker');
    await bus.publishOnce(
      'RESULT',
      subjects.result('default', 'worker', flow.flowId, flow.taskId, 1),
      JSON.stringify({ payload: { kind: 'completed' } }),
    );
    await rig.handBack(stalled.instance);
    const called = jest.fn(async () => 'next');
    await rig.agent(agentOf(called, 1));
    await rig.result(await rig.dispatch({ priority: 'low' }));
    expect(called).toHaveBeenCalledTimes(1);
    expect(await rig.starts(flow)).toBeUndefined();
  });

  it('is handed back by a graceful stop only if it does not end in time', async () => {
    let finish!: () => void;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const { runtime, instance } = await rig.agent(
      agentOf((input, ctx) => (input === 'quick' ? gate.then(() => 'quick') : forever(input, ctx))),
    );
    const [quick, slow] = [await rig.dispatch({ input: 'quick' }), await rig.dispatch({ input: 'slow' })];
    await rig.holds(instance, 2);
    const stopped = runtime.stop(1_500);
    await eventually(async () => (await rig.beat(instance))?.draining);
    finish();
    expect(await rig.result(quick)).toMatchObject({ kind: 'completed', instance });
    await stopped;
    expect(await rig.resultOf(slow)).toBeUndefined();
    const { instance: next } = await rig.agent(agentOf(async () => 'handed on'));
    expect(await rig.result(slow)).toMatchObject({ output: 'handed on', instance: next });
  });
});

describe('a task that waits in a process which stands still', () => {
  it('is not started there once its ack wait is over and another has it, nor taken from the other', async () => {
    const rig = await Rig.start();
    const ackWait = 2_500;
    await rig.setAckWait(ackWait);
    const zombie = new WorkerProcess(rig);
    await eventually(() => rig.beat(zombie.instance));
    const flow = await eventually(async () => {
      zombie.signal('SIGSTOP');
      const sent = await rig.dispatch({ input: { for: 1 } });
      if ((await rig.atWork('normal')) === 1) return sent;
      // none of its pulls stood just then
      zombie.signal('SIGCONT');
      await rig.result(sent);
      return undefined;
    });
    let finish!: () => void;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    await sleep(ackWait);
    const { instance } = await rig.agent(agentOf(() => gate.then(() => 'done'), 1));
    await eventually(async () => (await rig.starts(flow)) === 1);
    zombie.signal('SIGCONT');
    const next = await rig.result(await rig.dispatch({ input: { for: 100 } }));
    expect(next).toMatchObject({ output: { by: zombie.instance } });
    expect([await rig.resultOf(flow), await rig.starts(flow)]).toEqual([undefined, 1]);
    finish();
    expect(await rig.result(flow)).toMatchObject({ output: 'done', instance });
    await rig.rest();
    await zombie.kill();
  }, 40_000);
});

describe('ctx.call', () => {
  let rig: Rig;
  beforeAll(async () => (rig = await Rig.start()));
  afterEach(() => rig.rest());

  const submissions = async (): Promise<{ flowId: string; message: AgentMessage<Submit> }[]> => {
    const stored = await rig.bus.read('SUBMIT', subjects.submit('default', 'worker', '*'));
    return stored.map((entry) => ({ flowId: entry.subject.split('.').at(-1)!, message: entry.json<AgentMessage<Submit>>() }));
  };
  const parent: Doing = async (input, ctx) => ({ child: await ctx.call('other.skill', input) });

  it('finds its child again when the attempt is delivered again', async () => {
    const flow = await rig.dispatch({ input: { n: 1 } });
    await rig.agent(agentOf(parent));
    const [child] = await eventually(async () => ((await submissions()).length === 1 ? submissions() : undefined));
    expect(child!.flowId).toMatch(/^c-[0-9a-f]{40}$/);
    expect(child!.message).toMatchObject({
      hop: 1,
      payload: { skill: 'other.skill', input: { n: 1 }, parent: { flowId: flow.flowId, taskId: 't', attempt: 1 } },
    });
    await rig.rest();
    await rig.agent(agentOf(parent));
    await eventually(async () => (await rig.starts(flow)) === 1);
    await rig.end({ flowId: child!.flowId, owner: 'worker' }, { output: 'grown up' });
    expect(await rig.result(flow)).toMatchObject({ kind: 'completed', output: { child: 'grown up' } });
    expect((await submissions()).length).toBe(1);
  });

  it('gives its slot to others while it waits: an agent that calls its own skill does not deadlock', async () => {
    const agent = agentOf(async (input, ctx) => ((input as { deep?: boolean }).deep ? parent({}, ctx) : 'leaf'), 1);
    const { instance } = await rig.agent(agent);
    const known = (await submissions()).length;
    const flow = await rig.dispatch({ input: { deep: true } });
    const all = await eventually(async () => ((await submissions()).length > known ? submissions() : undefined));
    expect((await rig.result(await rig.dispatch({ input: {} }))).output).toBe('leaf');
    await eventually(async () => (await rig.beat(instance))?.waiting === 1);
    await rig.end({ flowId: all.at(-1)!.flowId, owner: 'worker' }, { output: 1 });
    expect(await rig.result(flow)).toMatchObject({ output: { child: 1 } });
  });

  it('throws the code that its child ended with', async () => {
    const caught: unknown[] = [];
    await rig.agent(
      agentOf(async (input, ctx) => {
        try {
          return await parent(input, ctx);
        } catch (error) {
          caught.push(error);
          throw error;
        }
      }),
    );
    const known = (await submissions()).length;
    const flow = await rig.dispatch({ input: { n: 3 } });
    const all = await eventually(async () => ((await submissions()).length > known ? submissions() : undefined));
    await rig.end(
      { flowId: all.at(-1)!.flowId, owner: 'worker' },
      { state: 'FAILED', errors: [{ code: 'OUT_OF_HONEY', message: 'none left' }] },
    );
    expect(await rig.result(flow)).toMatchObject({ kind: 'failed', error: { code: 'OUT_OF_HONEY', retryable: false } });
    expect(caught[0]).toBeInstanceOf(TaskError);
  });
});
