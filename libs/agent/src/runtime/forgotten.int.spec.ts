import { subjects, type Priority } from '@waggle/protocol';
import { eventually, proxy } from '@waggle/testkit';
import { Rig, type Dispatch } from '../../test/rig.js';
import { Agent, Skill } from '../index.js';

/** Brings about what a killed broker may come to by itself: what was delivered is delivered for the first time once more. */
const FORGETFUL = { name: 'forgetful', kind: 'core', purges: ['TASK', 'RESULT'] } as const;
const KILLS = 2;
const EACH = 60;

type Effects = Map<string, number>;

const agentOf = (effects: Effects, slots = 1): object => {
  @Agent({ name: 'worker', description: 'Works', slots })
  class Worker {
    @Skill({ id: 'test.work' })
    async work(input: { name: string }): Promise<unknown> {
      const times = (effects.get(input.name) ?? 0) + 1;
      effects.set(input.name, times);
      return { times, at: performance.now() };
    }
  }
  return new Worker();
};

describe('an attempt that a broker has forgotten', () => {
  let rig: Rig;
  beforeAll(async () => (rig = await Rig.start([FORGETFUL])));
  afterEach(() => rig.rest());

  const taskOf = (name: string): Dispatch & { flowId: string } => ({ flowId: name, input: { name } });

  const forget = async (name: string, what: { result?: true } = {}): Promise<void> => {
    const bus = await rig.broker.busFor(FORGETFUL);
    const priority: Priority = 'normal';
    await bus.purge('TASK', subjects.task('default', 'worker', priority, name, 't', 1));
    if (what.result) await bus.purge('RESULT', subjects.result('default', 'worker', name, 't', 1));
  };

  /** By an agent with one slot, all that was dispatched before has been settled with it. */
  const settled = async (name: string): Promise<void> => void (await rig.result(await rig.dispatch(taskOf(name))));

  it('is not run again by who settled it', async () => {
    const effects: Effects = new Map();
    await rig.agent(agentOf(effects));
    await settled('once');
    const before = await rig.resultOf({ flowId: 'once', taskId: 't', attempt: 1 });
    await forget('once');
    await rig.dispatch(taskOf('once'));
    await settled('after');
    expect(Object.fromEntries(effects)).toEqual({ once: 1, after: 1 });
    expect(await rig.resultOf({ flowId: 'once', taskId: 't', attempt: 1 })).toEqual(before);
  });

  it('and its result with it: who settled it writes that again', async () => {
    const effects: Effects = new Map();
    await rig.agent(agentOf(effects));
    const flow = await rig.dispatch(taskOf('lost'));
    const before = await rig.result(flow);
    await forget('lost', { result: true });
    await rig.dispatch(taskOf('lost'));
    expect(await rig.result(flow)).toEqual(before);
    expect(effects.get('lost')).toBe(1);
  });

  it('is not run again by another whose connection broke, while its result stands', async () => {
    const effects: Effects = new Map();
    await rig.agent(agentOf(effects));
    await settled('theirs');
    await rig.rest();
    await forget('theirs');
    const line = await proxy(rig.broker.port);
    const { bus } = await rig.agent(agentOf(effects), line.url);
    line.cut();
    await eventually(() => !bus.health.ready);
    line.heal();
    await eventually(() => bus.health.ready);
    await rig.dispatch(taskOf('theirs'));
    await settled('ours');
    expect(Object.fromEntries(effects)).toEqual({ theirs: 1, ours: 1 });
  });

  it('has one effect in a process that lives, however often the broker is killed while it settles', async () => {
    const effects: Effects = new Map();
    await rig.agent(agentOf(effects, 8));
    const flows = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const names = Array.from({ length: EACH }, (_, n) => `k${kill}-${n}`);
      const dispatched = Promise.all(names.map((name) => rig.dispatch(taskOf(name))));
      await eventually(() => effects.size > kill * EACH + EACH / 3);
      await rig.broker.restart();
      flows.push(...(await dispatched));
      // what was on its way comes again after its ack wait, 30 s
      await eventually(() => effects.size === (kill + 1) * EACH, { timeout: 45_000 });
    }
    for (const flow of flows) await rig.result(flow);
    expect([...effects].filter(([, times]) => times > 1)).toEqual([]);
  }, 120_000);
});
