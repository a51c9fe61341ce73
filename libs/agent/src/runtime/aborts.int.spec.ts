import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, proxy } from '@waggle/testkit';
import { Rig } from '../../test/rig.js';
import { Agent, Skill, type TaskContext } from '../index.js';

type Doing = (input: unknown, ctx: TaskContext) => Promise<unknown>;

const agentOf = (slots: number, work: Doing): object => {
  @Agent({ name: 'worker', description: 'Works', slots })
  class Worker {
    @Skill({ id: 'test.work', timeout: '1m' })
    work(input: unknown, ctx: TaskContext): Promise<unknown> {
      return work(input, ctx);
    }
  }
  return new Worker();
};

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));

describe('an attempt that is to stop', () => {
  let rig: Rig;
  beforeAll(async () => (rig = await Rig.start()));
  afterEach(() => rig.rest());

  it('stops at an abort heard live: no result, nothing delivered again, the slot is free', async () => {
    const stopped = jest.fn();
    let started!: () => void;
    const running = new Promise<void>((resolve) => (started = resolve));
    await rig.agent(
      agentOf(1, async (input, ctx) => {
        if (input === 'next') return 'done';
        started();
        return untilAborted(ctx.signal).catch((error: Error) => stopped(error.message));
      }),
    );
    const flow = await rig.dispatch();
    await running;
    await rig.abort(flow, 'canceled by its owner');
    const next = await rig.result(await rig.dispatch({ input: 'next' }));
    expect(next.output).toBe('done');
    expect(stopped).toHaveBeenCalledWith('canceled by its owner');
    expect(await rig.resultOf(flow)).toBeUndefined();
  });

  it('stops at an abort that was said while the broker was out of reach', async () => {
    const line = await proxy(rig.broker.port);
    const stopped = jest.fn();
    let started!: () => void;
    const running = new Promise<void>((resolve) => (started = resolve));
    const work: Doing = (_, ctx) => (started(), untilAborted(ctx.signal).catch((error: Error) => stopped(error.message)));
    const { bus } = await rig.agent(agentOf(1, work), line.url);
    const flow = await rig.dispatch();
    await running;
    line.cut();
    await eventually(() => !bus.health.ready);
    await rig.abort(flow, 'canceled meanwhile');
    line.heal();
    await eventually(() => stopped.mock.calls.length > 0, { timeout: 15_000 });
    expect(stopped).toHaveBeenCalledWith('canceled meanwhile');
    expect(await rig.resultOf(flow)).toBeUndefined();
  });

  it('stops a task whose abort comes in one with it', async () => {
    const line = await proxy(rig.broker.port);
    const ended = jest.fn();
    const work: Doing = async (_, ctx) => {
      await Promise.race([sleep(10_000, undefined, { ref: false }), untilAborted(ctx.signal).catch(() => undefined)]);
      ended(ctx.signal.aborted);
    };
    await rig.agent(agentOf(1, work), line.url);
    await rig.result(await rig.dispatch({ skill: 'test.none' }));
    // a pull stands: what the broker gives out now is held up on its way
    await eventually(async () => (await rig.atWork('normal')) === 0);
    line.stall('answers');
    const flow = await rig.dispatch();
    await eventually(async () => (await rig.atWork('normal')) === 1);
    await rig.abort(flow);
    line.heal();
    await rig.result(await rig.dispatch({ skill: 'test.none', priority: 'low' }), 8_000);
    expect(ended.mock.calls.filter(([aborted]) => aborted !== true)).toEqual([]);
    expect(await rig.resultOf(flow)).toBeUndefined();
  });

  it('does not start a task that was aborted while it was queued', async () => {
    const called = jest.fn(async (input: unknown) => input);
    const flow = await rig.dispatch({ input: 'aborted' });
    await rig.abort(flow);
    await sleep(1_050); // younger ones start at once, by design
    await rig.agent(agentOf(1, called));
    await rig.result(await rig.dispatch({ input: 'next', priority: 'low' }));
    expect(called).toHaveBeenCalledTimes(1);
    expect(await rig.resultOf(flow)).toBeUndefined();
  });
});
