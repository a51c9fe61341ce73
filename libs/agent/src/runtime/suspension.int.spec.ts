import { subjects, type AgentMessage, type Submit } from '@waggle/protocol';
import { eventually } from '@waggle/testkit';
import { Rig } from '../../test/rig.js';
import { Agent, Skill, TaskError, type Delegation, type TaskContext } from '../index.js';

type Doing = (ctx: TaskContext) => Promise<unknown>;

const agentOf = (work: Doing): object => {
  @Agent({ name: 'worker', description: 'Works', slots: 2 })
  class Worker {
    @Skill({ id: 'test.work', timeout: '1m' })
    work(_input: unknown, ctx: TaskContext): Promise<unknown> {
      return work(ctx);
    }
  }
  return new Worker();
};

describe('an attempt that ends without an output', () => {
  let rig: Rig;
  beforeAll(async () => (rig = await Rig.start()));
  afterEach(() => rig.rest());

  it('asks people, and its next attempt has the decision and all that was saved, however large', async () => {
    const large = 'x'.repeat(200_000);
    const question = { severity: 'high' as const, issue: 'i', requestedDecision: 'Which?', options: [{ id: 'left', label: 'Left' }] };
    await rig.agent(
      agentOf(async (ctx) => (ctx.decision ? { decision: ctx.decision.option, state: ctx.workState } : ctx.escalate(question, { large }))),
    );
    const first = await rig.result(await rig.dispatch({ flowId: 'asks' }));
    expect(first).toMatchObject({ kind: 'escalate', request: question, workState: expect.not.stringContaining(large) as unknown });
    const decision = { id: 'q', option: 'left', decidedBy: 'ann' };
    const second = await rig.dispatch({ flowId: 'asks', attempt: 2, left: { workState: first.workState, decision } });
    const { kind, output } = await rig.result(second);
    expect(kind).toBe('completed');
    expect(JSON.stringify(output).length).toBeLessThan(1_000);
  });

  it('hands on, and whoever takes an offer says so before it works', async () => {
    const context = { completedWork: 'half', remainingWork: 'half' };
    let seen: unknown;
    await rig.agent(
      agentOf(async (ctx) => {
        if (!ctx.handedOn) return ctx.handoff({ toSkill: 'test.other', reason: 'BLOCKED', context }, 1);
        seen = [ctx.handedOn.context, ctx.workState];
        await new Promise((_, reject) => ctx.signal.addEventListener('abort', reject));
        return undefined;
      }),
    );
    const given = await rig.result(await rig.dispatch({ flowId: 'hands' }));
    expect(given).toMatchObject({ kind: 'handoff', request: { toSkill: 'test.other', reason: 'BLOCKED', context }, workState: 1 });
    const handoff = { fromAgent: 'other', taskId: 't', reason: 'BLOCKED' as const, context };
    const offer = await rig.dispatch({ flowId: 'offered', left: { kind: 'handoff', handoff, workState: 1 } });
    await eventually(async () => (await rig.starts(offer)) === 0);
    await eventually(() => seen !== undefined);
    expect(seen).toEqual([context, 1]);
  });

  it('refuses what it is not the one for', async () => {
    await rig.agent(
      agentOf(async () => {
        throw new TaskError('BUSY', { rejected: true, message: 'until Monday' });
      }),
    );
    const result = await rig.result(await rig.dispatch({ flowId: 'refuses' }));
    expect(result).toMatchObject({ kind: 'rejected', error: { code: 'BUSY', message: 'until Monday' } });
  });

  it('leaves work to child flows, and reads how they ended', async () => {
    await rig.agent(
      agentOf(async (ctx) => {
        const ended = await ctx.outcomes();
        if (ended) return ended.map(({ state, output }) => [state, output]);
        return ctx.delegate([{ skill: 'a.a', input: 1 }, { skill: 'b.b' }], 'saved');
      }),
    );
    const first = await rig.result(await rig.dispatch({ flowId: 'leaves' }));
    const { flows } = first.request as { flows: string[] };
    expect(first).toMatchObject({ kind: 'delegated', workState: 'saved' });
    const all = await rig.bus.read('SUBMIT', subjects.submit('default', 'worker', '*'));
    const submitted = all.filter(({ subject }) => flows.includes(subject.split('.')[4]!));
    expect(submitted.map((message) => message.json<AgentMessage<Submit>>().payload)).toMatchObject([
      { skill: 'a.a', input: 1, parent: { flowId: 'leaves', attempt: 1, delegated: true } },
      { skill: 'b.b', parent: { flowId: 'leaves', delegated: true } },
    ]);
    expect(submitted.map(({ subject }) => subject.split('.')[4])).toEqual(flows);
    await rig.end({ flowId: flows[0]!, owner: 'worker' }, { output: 'one' });
    await rig.end({ flowId: flows[1]!, owner: 'worker' }, { state: 'FAILED', errors: [] });
    const delegated = flows.map((flowId) => ({ flowId, state: 'COMPLETED' as const }));
    const { output } = await rig.result(await rig.dispatch({ flowId: 'leaves', attempt: 2, left: { delegated } }));
    expect(output).toEqual([
      ['COMPLETED', 'one'],
      ['FAILED', null],
    ]);
  });

  it('leaves its work in whatever attempt it gets to it: one that failed before has left none', async () => {
    await rig.agent(
      agentOf(async (ctx) => {
        const ended = await ctx.outcomes();
        if (ended) return ended.length;
        if (ctx.attempt === 1) throw new TaskError('BUSY', { retryable: true });
        return ctx.delegate([{ skill: 'a.a' }]);
      }),
    );
    expect(await rig.result(await rig.dispatch({ flowId: 'late' }))).toMatchObject({ kind: 'failed' });
    expect(await rig.result(await rig.dispatch({ flowId: 'late', attempt: 2 }))).toMatchObject({ kind: 'delegated' });
  });

  it('asks for no child at all, and is not tried again, where one of them cannot be asked for', async () => {
    const asked = async (): Promise<number> => (await rig.bus.read('SUBMIT', subjects.submit('default', 'worker', '*'))).length;
    const before = await asked();
    const child = { skill: 'a.a' };
    let children: unknown;
    await rig.agent(agentOf((ctx) => ctx.delegate(children as Delegation[])));
    const refused = async (what: unknown): Promise<unknown> => {
      children = what;
      const { kind, error } = await rig.result(await rig.dispatch());
      expect([kind, error?.code, error?.retryable]).toEqual(['failed', 'INVALID_MESSAGE', false]);
      return error!.problems!.map(({ path }) => path);
    };
    for (const count of [0, 101]) expect(await refused(Array(count).fill(child))).toEqual(['children']);
    expect(await refused('a.a')).toEqual(['children']);
    const wrong = [child, { skill: 'no skill' }, { ...child, timeout: 'soon' }, { ...child, input: { n: 1n } }];
    expect(await refused(wrong)).toEqual(['children[1].skill', 'children[2].timeout', 'children[3].input']);
    expect(await refused([child, null])).toEqual(['children[1]']);
    expect(await asked()).toBe(before);
  });

  it('told to stop with a grace may still say what it has; without one it may not', async () => {
    let started = 0;
    await rig.agent(
      agentOf(async (ctx) => {
        const aborted = new Promise((resolve) => ctx.signal.addEventListener('abort', resolve, { once: true }));
        started++;
        await aborted;
        return 'what there is';
      }),
    );
    const [hard, gentle] = [await rig.dispatch(), await rig.dispatch()];
    await eventually(() => started === 2);
    await rig.abort(hard, 'enough');
    await rig.abort(gentle, 'enough', 5_000);
    expect(await rig.result(gentle)).toMatchObject({ kind: 'completed', output: 'what there is' });
    expect(await rig.resultOf(hard)).toBeUndefined();
  });
});
