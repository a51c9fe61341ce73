import { setTimeout as sleep } from 'node:timers/promises';
import { IsInt, Min } from 'class-validator';
import { isValueRef, subjects, type AgentMessage, type TaskProgress } from '@waggle/protocol';
import { eventually } from '@waggle/testkit';
import { Rig } from '../../test/rig.js';
import { Agent, Skill, TaskError, type TaskContext } from '../index.js';

class Work {
  @IsInt() @Min(0) n!: number;
}

/** Who may read and write all of CACHE, as no agent may. */
const KEEPER = { name: 'keeper', kind: 'core', buckets: { CACHE: { write: ['>'] } } } as const;

type Doing = (input: unknown, ctx: TaskContext) => Promise<unknown>;

const agentOf = (slots: number, work: Doing): object => {
  @Agent({ name: 'worker', description: 'Works', slots })
  class Worker {
    @Skill({ id: 'test.work', timeout: '1m' })
    work(input: unknown, ctx: TaskContext): Promise<unknown> {
      return work(input, ctx);
    }

    @Skill({ id: 'test.strict', input: Work, output: Work })
    strict(input: Work, ctx: TaskContext): Promise<unknown> {
      return work(input, ctx);
    }

    @Skill({ id: 'test.lively', heartbeat: 200 })
    lively(input: unknown, ctx: TaskContext): Promise<unknown> {
      return work(input, ctx);
    }
  }
  return new Worker();
};

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));

describe('AgentRuntime', () => {
  let rig: Rig;
  beforeAll(async () => (rig = await Rig.start([KEEPER])));
  afterEach(() => rig.rest());

  it('never has more handlers at work than slots, with 200 tasks queued', async () => {
    const flows = await Promise.all(Array.from({ length: 200 }, (_, n) => rig.dispatch({ input: { n } })));
    let atWork = 0;
    let most = 0;
    await rig.agent(
      agentOf(4, async (input) => {
        most = Math.max(most, ++atWork);
        await sleep(1);
        atWork--;
        return input;
      }),
    );
    const results = await Promise.all(flows.map((flow) => rig.result(flow)));
    expect(results.map(({ output }) => output)).toEqual(flows.map((_, n) => ({ n })));
    expect(most).toBe(4);
  });

  it('takes the most urgent first, and starves none', async () => {
    const dispatched = [];
    for (const priority of ['low', 'normal', 'high', 'critical'] as const) {
      for (let n = 0; n < 12; n++) dispatched.push(rig.dispatch({ priority, input: priority }));
    }
    const flows = await Promise.all(dispatched);
    const order: unknown[] = [];
    await rig.agent(agentOf(1, async (input) => order.push(input)));
    await Promise.all(flows.map((flow) => rig.result(flow)));
    const meanPlace = (priority: string): number => {
      const places = order.flatMap((taken, place) => (taken === priority ? [place] : []));
      return places.reduce((sum, place) => sum + place, 0) / places.length;
    };
    expect(order[0]).toBe('critical');
    expect(meanPlace('critical')).toBeLessThan(meanPlace('high'));
    expect(meanPlace('high')).toBeLessThan(meanPlace('normal'));
    expect(meanPlace('normal')).toBeLessThan(meanPlace('low'));
    const first20 = order.slice(0, 20);
    for (const priority of ['critical', 'high', 'normal', 'low']) expect(first20).toContain(priority);
  });

  it('remembers what it worked out, across instances, and for itself alone', async () => {
    let made = 0;
    const work: Doing = (input, ctx) => ctx.remember(['v1', input], async () => ({ made: ++made, input }));
    await rig.agent(agentOf(2, work));
    const ask = async (input: unknown): Promise<unknown> => (await rig.result(await rig.dispatch({ input }))).output;
    expect(await ask('a')).toEqual({ made: 1, input: 'a' });
    expect(await ask('b')).toEqual({ made: 2, input: 'b' });
    await rig.rest();
    await rig.agent(agentOf(2, work));
    expect(await ask('a')).toEqual({ made: 1, input: 'a' });
    expect(made).toBe(2);
  });

  it('works out again what was kept and cannot be read', async () => {
    let made = 0;
    await rig.agent(agentOf(1, (input, ctx) => ctx.remember(['v2', input], async () => ++made)));
    const ask = async (): Promise<unknown> => (await rig.result(await rig.dispatch({ input: 'x' }))).output;
    expect(await ask()).toBe(1);
    const bucket = (await rig.broker.busFor(KEEPER)).bucket('CACHE');
    const kept = await bucket.entries();
    for (const { key } of kept) await bucket.put(key, 'rubbish');
    expect(await ask()).toBe(2);
    expect(await ask()).toBe(2);
  });

  it('hears all four queues when idle, with a single slot', async () => {
    const seen: unknown[] = [];
    await rig.agent(agentOf(1, async (input) => seen.push(input)));
    for (const priority of ['low', 'critical', 'normal', 'high', 'low'] as const) {
      await rig.result(await rig.dispatch({ priority, input: priority }));
    }
    expect(seen).toEqual(['low', 'critical', 'normal', 'high', 'low']);
  });

  it('keeps a slot for urgent tasks while there are several tenants, and none for a tenant that is alone', async () => {
    const ends: (() => void)[] = [];
    let open = false;
    await rig.agent(agentOf(4, () => new Promise<void>((resolve) => (open ? resolve() : ends.push(resolve)))));
    const loud = await Promise.all(Array.from({ length: 12 }, () => rig.dispatch()));
    await eventually(() => ends.length === 4);
    await rig.dispatch({ tenant: 'other', priority: 'high' });
    ends[0]!();
    // it is next; from now on one slot is kept
    await eventually(() => ends.length === 5);
    for (const end of ends.slice(1)) end();
    await eventually(() => ends.length === 8);
    await rig.dispatch({ tenant: 'other', priority: 'high' });
    // the slot was free: nobody had to end for it
    await eventually(() => ends.length === 9);
    open = true;
    for (const end of ends) end();
    await Promise.all(loud.map((flow) => rig.result(flow)));
  });

  it('hands back at once what comes while all slots are taken, and takes it when one is free', async () => {
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    let started!: () => void;
    const taken = new Promise<void>((resolve) => (started = resolve));
    await rig.agent(
      agentOf(1, async () => {
        started();
        await gate;
      }),
    );
    const first = await rig.dispatch({ input: 'first', priority: 'low' });
    await taken;
    const others = await Promise.all(
      (['critical', 'high', 'normal'] as const).map((priority) => rig.dispatch({ input: priority, priority })),
    );
    // a second agent gets them although the first had pulls standing
    const second: unknown[] = [];
    await rig.agent(agentOf(4, async (input) => second.push(input)));
    await Promise.all(others.map((flow) => rig.result(flow)));
    expect(second.sort()).toEqual(['critical', 'high', 'normal']);
    release();
    expect((await rig.result(first)).kind).toBe('completed');
  });

  it('rejects an input that does not fit, naming each field by its path, before the handler is called', async () => {
    const called = jest.fn();
    await rig.agent(agentOf(4, async () => called()));
    const bad = await rig.result(await rig.dispatch({ skill: 'test.strict', input: { n: -1 } }));
    expect(bad).toMatchObject({ kind: 'rejected', error: { code: 'INVALID_INPUT', retryable: false, problems: [{ path: 'input.n' }] } });
    const missing = await rig.result(await rig.dispatch({ skill: 'test.strict', input: {} }));
    expect(missing).toMatchObject({ kind: 'rejected', error: { problems: [{ path: 'input.n' }] } });
    expect(called).not.toHaveBeenCalled();
  });

  it('rejects a skill that it does not offer', async () => {
    await rig.agent(agentOf(4, async () => 1));
    expect(await rig.result(await rig.dispatch({ skill: 'test.other' }))).toMatchObject({
      kind: 'rejected',
      error: { code: 'UNSUPPORTED' },
    });
  });

  it('fails with the code that is thrown; anything else is INTERNAL, retryable, its cause kept', async () => {
    await rig.agent(
      agentOf(4, async (input) => {
        if (input === null) throw null; // eslint-disable-line @typescript-eslint/only-throw-error
        if (input === 'own') throw new TaskError('TOO_HARD', { retryable: false, message: 'no idea' });
        throw new RangeError('lost my way');
      }),
    );
    const own = await rig.result(await rig.dispatch({ input: 'own' }));
    expect(own).toMatchObject({ kind: 'failed', error: { code: 'TOO_HARD', message: 'no idea', retryable: false } });
    const other = await rig.result(await rig.dispatch({ input: 'other' }));
    expect(other).toMatchObject({ kind: 'failed', error: { code: 'INTERNAL', message: 'lost my way', retryable: true } });
    expect(other.error?.cause).toContain('RangeError');
    const nothing = await rig.result(await rig.dispatch({ input: null }));
    expect(nothing).toMatchObject({ kind: 'failed', error: { code: 'INTERNAL', message: 'null', retryable: true } });
  });

  it('fails, not to be retried, when a handler returns what its output does not allow', async () => {
    await rig.agent(agentOf(4, async () => ({ n: 'many' })));
    const result = await rig.result(await rig.dispatch({ skill: 'test.strict', input: { n: 1 } }));
    expect(result).toMatchObject({ kind: 'failed', error: { code: 'INTERNAL', retryable: false, problems: [{ path: 'output.n' }] } });
  });

  it('carries large values by reference, both ways, at any depth', async () => {
    const large = 'x'.repeat(100_000);
    const $blob = await rig.bus.blobs.put('default', Buffer.from(JSON.stringify({ large })), 'application/json');
    await rig.agent(agentOf(4, async (input) => input));
    const result = await rig.result(await rig.dispatch({ input: { list: [{ $blob }] } }));
    expect(result.kind).toBe('completed');
    if (!isValueRef(result.output)) throw new Error('expected a reference');
    const bytes = await rig.bus.blobs.get('default', result.output.$blob);
    expect(JSON.parse(Buffer.from(bytes).toString())).toEqual({ list: [{ large }] });
  });

  it('fails plainly when a value it needs is not stored', async () => {
    await rig.agent(agentOf(4, async (input) => input));
    const $blob = { writer: 'client', sha256: 'a'.repeat(64), size: 10, chunks: 1, type: 'application/json' };
    expect(await rig.result(await rig.dispatch({ input: { $blob } }))).toMatchObject({ kind: 'failed', error: { code: 'BLOB_MISSING' } });
  });

  it('gives an attempt up at its deadline, although the handler goes on', async () => {
    await rig.agent(agentOf(4, async (_, ctx) => untilAborted(ctx.signal)));
    const result = await rig.result(await rig.dispatch({ deadline: 300 }));
    expect(result).toMatchObject({ kind: 'failed', error: { code: 'TASK_TIMEOUT', retryable: true } });
  });

  it("gives an attempt up when its progress does not move within the skill's heartbeat", async () => {
    await rig.agent(
      agentOf(4, async (input, ctx) => {
        for (let i = 0; i < 12 && !ctx.signal.aborted; i++) {
          ctx.progress(input === 'moving' ? i / 12 : 0.5, 'at work');
          await sleep(50);
        }
        return 'done';
      }),
    );
    const [stuck, moving] = await Promise.all([
      rig.result(await rig.dispatch({ skill: 'test.lively', input: 'stuck' })),
      rig.result(await rig.dispatch({ skill: 'test.lively', input: 'moving' })),
    ]);
    expect(stuck).toMatchObject({ kind: 'failed', error: { code: 'HEARTBEAT_TIMEOUT' } });
    expect(moving).toMatchObject({ kind: 'completed', output: 'done' });
  });

  it('tells progress at most five times a second, and the last always', async () => {
    const told: number[] = [];
    let took = 0;
    const heard = await rig.bus.subscribe(subjects.progressFeed('*', 'worker', '*', '*'), (message) => {
      told.push(message.json<AgentMessage<TaskProgress>>().payload.fraction);
    });
    await rig.agent(
      agentOf(1, async (_, ctx) => {
        const began = performance.now();
        for (let i = 1; i <= 50; i++) {
          ctx.progress(i / 100);
          await sleep(10);
        }
        took = performance.now() - began;
      }),
    );
    await rig.result(await rig.dispatch());
    await eventually(() => told.includes(0.5));
    // the first at once, the last always
    expect(told.length).toBeLessThanOrEqual(took / 200 + 2);
    expect(told.length).toBeLessThan(50);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    await heard.stop();
  });
});
