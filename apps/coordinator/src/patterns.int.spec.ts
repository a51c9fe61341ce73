import { agentManifest, type Bus } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects } from '@waggle/protocol';
import { eventually, offerSkill, scriptedAgent, testBroker, type TestBroker } from '@waggle/testkit';
import { manifest } from './coordinator.manifest.js';
import { CLIENT, TENANT, TestClient } from './testing/client.js';
import { eventsOf, SKILL } from './testing/mesh.js';
import { startReplica } from './testing/replica.js';

const step = (id: string, more: object = {}) => ({ id, skill: SKILL, ...more });
const AGENTS = ['worker', 'second', 'third'];

/** What an agent is told to answer: `say` the output, `hang` for ever, or an output by attempt or by agent. */
interface Script {
  say?: unknown;
  hang?: string;
  /** Kept in `noted`, once it does not fail any more. */
  note?: string;
  /** So many attempts. */
  fail?: number;
  by?: Record<string, unknown>;
}

describe('patterns through two coordinators', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;
  const noted: string[] = [];

  beforeAll(async () => {
    broker = await testBroker({ manifests: [manifest, ...AGENTS.map((name) => agentManifest(name)), CLIENT] });
    see = await broker.busFor('see');
    await offerSkill(
      see,
      SKILL,
      AGENTS.map((agent) => ({ agent, slots: 64, freeSlots: 64 })),
    );
    await startReplica(await broker.busFor('coordinator'));
    await startReplica(await broker.busFor('coordinator'));
    for (const name of AGENTS)
      await scriptedAgent(await broker.busFor(name), {
        beat: 0,
        slots: 64,
        script: ({ dispatch }) => {
          const { say, hang, by, note, fail } = (dispatch.input ?? {}) as Script;
          if (dispatch.attempt <= (fail ?? 0)) throw new Error('not yet');
          if (note !== undefined) noted.push(note);
          if (hang === 'all' || hang === name) return 'never';
          return { output: by ? (by[name] ?? by[dispatch.attempt]) : say };
        },
      });
    client = await TestClient.join(broker);
  });

  const happen = async (source: string, type: string, { id, data }: { id: string; data?: unknown }): Promise<void> => {
    const message = createMessage({ id, type: MESSAGE_TYPES.event, from: source, tenant: TENANT, payload: { source, type, data } });
    await see.publish(subjects.event(TENANT, source, type), JSON.stringify(message));
  };
  const tell = async (flowId: string, name: string, data?: unknown): Promise<void> => {
    const payload = { signal: 'notify' as const, data: { name, data } };
    const message = createMessage({ type: MESSAGE_TYPES.signal, from: 'client', tenant: TENANT, payload });
    await client.bus.publishOnce('SUBMIT', subjects.signal(TENANT, 'client', flowId, `${flowId}-${name}`), JSON.stringify(message));
  };
  const waits = (flowId: string) => eventually(async () => (await eventsOf(see, flowId)).includes('taskAwaiting'));

  it('a flow in a flow, written in place and stored, three deep; what comes of it is the step`s output', async () => {
    const inner = { steps: [step('x', { input: { say: '${{ input.word }}' } })], output: '${{ steps.x.output }}' };
    const stored = {
      name: 'stored',
      version: '1.0.0',
      steps: [{ id: 'deep', flow: inner, input: '${{ input }}' }],
      output: '${{ steps.deep.output }}',
    };
    await see.bucket('WORKFLOWS').put('stored.1.0.0', JSON.stringify(stored));
    const definition = {
      name: 'outer',
      budget: { tasks: 50 },
      steps: [{ id: 'sub', workflow: 'stored', forEach: '["a", "b"]', input: { word: '${{ item }}' } }],
      output: '${{ steps.sub.output }}',
    };
    expect(await client.run({ definition }, 'outer')).toMatchObject({ state: 'COMPLETED', output: ['a', 'b'], tasks: { completed: 2 } });
    expect((await eventsOf(see, 'outer')).filter((type) => type === 'childReserved')).toHaveLength(2);
  });

  it('a flow in a flow that is rejected, or that no agent works on in time, fails its step with the reason', async () => {
    const missing = { name: 'm', steps: [{ id: 'sub', workflow: 'nothing' }] };
    expect(await client.run({ definition: missing })).toMatchObject({ state: 'FAILED', errors: [{ code: 'WORKFLOW_UNKNOWN' }] });
    const nobody = { steps: [{ id: 'x', skill: 'no.body', timeout: '300ms' }] };
    const definition = { name: 'n', steps: [{ id: 'sub', flow: nobody }] };
    expect(await client.run({ definition })).toMatchObject({ state: 'FAILED', errors: [{ code: 'NO_AGENT' }] });
  });

  it('is canceled with the flow around it', async () => {
    const definition = { name: 'c', steps: [{ id: 'sub', flow: { steps: [step('x', { input: { hang: 'all' } })] } }] };
    await client.submit({ definition }, 'around');
    await eventually(async () => (await eventsOf(see, 'around')).includes('childReserved'));
    await client.signal('around', 'cancel');
    expect(await client.outcome('around')).toMatchObject({ state: 'CANCELED' });
    await eventually(async () => {
      const ends = await see.read('FLOW', subjects.outcome(TENANT, 'coordinator', '*'));
      return ends.some((each) => each.json<{ payload: { state: string } }>().payload.state === 'CANCELED');
    });
  });

  it('a planner whose first plan is bad is asked again, and its steps are run', async () => {
    const good = { steps: [step('made', { input: { say: 'done' } })], output: '${{ steps.made.output }}' };
    const definition = {
      name: 'planning',
      steps: [{ id: 'make', plan: SKILL, input: '${{ input }}', retry: { initial: 0, jitter: 0 } }],
      output: '${{ steps.make.output }}',
    };
    const input = { by: { 1: { steps: 'nonsense' }, 2: good } };
    expect(await client.run({ definition, input })).toMatchObject({ state: 'COMPLETED', output: 'done' });
  });

  it('the first of several ends the step, and the others are told to stop', async () => {
    const definition = {
      name: 'race',
      steps: [step('a', { forEach: '[{"hang": "all"}, {"say": "won"}, {"hang": "all"}]', input: '${{ item }}', join: 'any' })],
      output: '${{ steps.a.output }}',
    };
    expect(await client.run({ definition }, 'race')).toMatchObject({ state: 'COMPLETED', output: 'won', tasks: { canceled: 2 } });
    expect(await see.read('PROGRESS', subjects.abort(TENANT, '*', 'race', '*', '*'))).toHaveLength(2);
  });

  it('a consensus of three agents, each with a voice of its own', async () => {
    const by = { worker: { verdict: 'ok', n: 1 }, second: { verdict: 'bad' }, third: { verdict: 'ok', n: 3 } };
    const definition = {
      name: 'vote',
      steps: [step('a', { forEach: '[1, 2, 3]', input: { by }, join: { consensus: 0.6, key: 'output.verdict' } })],
      output: '${{ steps.a.output.verdict }}',
    };
    expect(await client.run({ definition })).toMatchObject({ state: 'COMPLETED', output: 'ok' });
  });

  it('a loop goes on until its result is good', async () => {
    const definition = {
      name: 'revise',
      steps: [
        {
          id: 'draft',
          repeat: { until: 'last >= 3', maxIterations: 5 },
          input: { n: '${{ last == null ? 1 : last + 1 }}' },
          flow: { steps: [step('write', { input: { say: '${{ input.n }}' } })], output: '${{ steps.write.output }}' },
        },
      ],
      output: '${{ steps.draft.output }}',
    };
    expect(await client.run({ definition })).toMatchObject({ state: 'COMPLETED', output: 3, tasks: { completed: 3 } });
  });

  it('a rule changes the steps by what came out', async () => {
    const definition = {
      name: 'adaptive',
      steps: [step('test', { input: { say: { coverage: 0.2 } } }), step('deploy', { needs: ['test'] })],
      rules: [
        {
          id: 'low',
          when: 'steps.test.output.coverage < 0.5',
          add: [step('harder', { needs: ['test'], input: { say: 'more' } })],
          skip: ['deploy'],
        },
      ],
    };
    expect(await client.run({ definition })).toMatchObject({ state: 'COMPLETED', output: { deploy: null, harder: 'more' } });
  });

  it('waits for a time, a signal and an event, and goes on with what they brought', async () => {
    const definition = {
      name: 'waiting',
      steps: [
        { id: 'time', wait: { for: '50ms' } },
        { id: 'signal', wait: { signal: 'go' } },
        { id: 'event', wait: { event: { source: 'ci', type: 'built', filter: 'event.data.build == input.build' } } },
      ],
    };
    await client.submit({ definition, input: { build: 7 } }, 'waiting');
    await waits('waiting');
    await happen('ci', 'built', { id: 'e6', data: { build: 6 } });
    await happen('ci', 'built', { id: 'e7', data: { build: 7, state: 'green' } });
    await happen('ci', 'built', { id: 'e7', data: { build: 7, state: 'green' } });
    await tell('waiting', 'go', { by: 'ann' });
    const outcome = await client.outcome('waiting');
    expect(outcome).toMatchObject({
      state: 'COMPLETED',
      output: { time: null, signal: { by: 'ann' }, event: { id: 'e7', data: { state: 'green' } } },
    });
    await eventually(async () => (await see.read('WAIT', subjects.wait(TENANT, 'event', '*', 'waiting'))).length === 0);
  });

  it('an event starts the workflows that are stored for it, once for each event', async () => {
    const workflow = {
      name: 'on-push',
      on: [{ source: 'git', type: 'pushed', filter: 'event.data.branch == "main"', input: { say: '${{ event.data.commit }}' } }],
      steps: [step('a', { input: '${{ input }}' })],
      output: '${{ steps.a.output }}',
    };
    await see.bucket('WORKFLOWS').put('on-push.1.0.0', JSON.stringify(workflow));
    const pushed = (commit: string, branch = 'main') => happen('git', 'pushed', { id: commit, data: { branch, commit } });
    const outputs = async () =>
      (await see.read('FLOW', subjects.outcome(TENANT, 'coordinator', '*')))
        .map((each) => each.json<{ payload: { flowId: string; output: unknown } }>().payload)
        .filter(({ flowId }) => flowId.startsWith('on-'))
        .map(({ output }) => output);
    // the coordinators hear of a stored workflow a moment later
    await eventually(async () => {
      await pushed('first');
      return (await outputs()).length > 0;
    });
    await pushed('elsewhere', 'side');
    await pushed('second');
    // one of the two may have heard of it, and the other not yet
    await eventually(async () => {
      await pushed('second');
      return (await outputs()).length === 2;
    });
    const { lastSequence } = await see.figures('INPUT');
    await pushed('second');
    await eventually(async () => {
      const input = await see.figures('INPUT');
      return input.lastSequence > lastSequence && input.messages === 0;
    });
    await client.run({ skill: SKILL, input: { say: 1 } });
    expect((await outputs()).sort()).toEqual(['first', 'second']);
  });

  it('what a failed flow did is undone in reverse, tried again until it is, and then it ends', async () => {
    const undo = (note: string, fail = 0) => ({ skill: SKILL, input: { note, fail }, retry: { initial: '10ms', jitter: 0 } });
    const definition = {
      name: 'saga',
      steps: [
        step('book', { input: { say: 1 }, compensate: undo('book') }),
        step('pay', {
          forEach: '["a", "b"]',
          needs: ['book'],
          compensate: { ...undo('pay', 2), input: { note: 'pay ${{ item }}', fail: 2 } },
          maxParallel: 1,
        }),
        { id: 'ship', check: 'false', needs: ['pay'] },
      ],
    };
    const outcome = await client.run({ definition }, 'saga');
    expect(outcome).toMatchObject({ state: 'FAILED', errors: [{ code: 'CHECK_FAILED', path: 'steps.ship' }] });
    expect(noted).toEqual(['pay b', 'pay a', 'book']);
    expect((await eventsOf(see, 'saga')).slice(-3)).toEqual(['childEnded', 'rollbackEnded', 'flowEnded']);
  });

  it('a failure is recovered from by another flow, in phases with gates', async () => {
    const definition = {
      name: 'careful',
      phases: [
        {
          id: 'first',
          timeout: '1m',
          gate: 'steps.a.output == "mended"',
          steps: [
            step('a', { input: { fail: 9 }, retry: { attempts: 1 }, onError: [{ run: { skill: SKILL, input: { say: 'mended' } } }] }),
          ],
        },
        {
          id: 'second',
          mode: 'sequential',
          steps: [step('b', { input: { say: 'b' } }), step('c', { input: { say: '${{ steps.b.output }}c' } })],
        },
      ],
      output: '${{ steps.c.output }}',
    };
    expect(await client.run({ definition })).toMatchObject({ state: 'COMPLETED', output: 'bc' });
  });

  it('hears an event that comes just as the wait begins: it is looked for again once the wait is in the index', async () => {
    const definition = { name: 'early', steps: [{ id: 'w', wait: { event: { source: 'ci', type: 'early' } } }] };
    const ids = Array.from({ length: 20 }, (_, n) => `early-${n}`);
    await Promise.all(
      ids.map(async (flowId) => {
        await client.submit({ definition }, flowId);
        await waits(flowId);
        await happen('ci', 'early', { id: flowId });
      }),
    );
    for (const id of ids) expect(await client.outcome(id)).toMatchObject({ state: 'COMPLETED' });
  });
});
