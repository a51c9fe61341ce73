import type { Bus } from '@waggle/bus';
import { subjects, type AgentMessage, type FlowStatus, type Outcome, type TaskDispatch } from '@waggle/protocol';
import { eventually, scriptedAgent, type ScriptedAgent, type TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from './testing/client.js';
import { eventsOf, logOf, SKILL, testMesh } from './testing/mesh.js';
import { startReplica } from './testing/replica.js';

const step = (id: string, more: object = {}) => ({ id, skill: SKILL, ...more });

describe('flows through a coordinator', () => {
  let broker: TestBroker;
  let see: Bus;
  let agent: ScriptedAgent;
  let client: TestClient;

  beforeAll(async () => {
    ({ broker, see } = await testMesh());
    await startReplica(await broker.busFor('coordinator'));
    agent = await scriptedAgent(await broker.busFor('worker'), {
      beat: 0,
      slots: 256,
      script: async ({ dispatch }) => {
        const input = dispatch.input as { fail?: number; watched?: boolean } | undefined;
        if (input?.watched) await eventually(() => see.last('PROGRESS', subjects.status(TENANT, 'client', dispatch.flowId)));
        if (dispatch.attempt <= (input?.fail ?? 0)) throw new Error('not yet');
        return { output: dispatch.input };
      },
    });
    client = await TestClient.join(broker);
  });

  it('takes what is not JSON, of an unknown type, or wrong in many fields to REJECTED with every problem by its path', async () => {
    await client.submitRaw('not json', 'bad-json');
    expect(await client.outcome('bad-json')).toMatchObject({ state: 'REJECTED', errors: [{ code: 'BAD_JSON' }] });
    await client.submitRaw('{"type":"waggle.submit.v9","payload":{}}', 'bad-type');
    expect(await client.outcome('bad-type')).toMatchObject({ state: 'REJECTED', errors: [{ code: 'TYPE_UNKNOWN', path: 'type' }] });
    await client.submitRaw('{"type":"waggle.submit.v1","payload":{"skill":"no spaces allowed","timeout":-1}}', 'bad-fields');
    const { errors } = await client.outcome('bad-fields');
    expect(errors!.map(({ path }) => path)).toEqual(expect.arrayContaining(['payload.skill', 'payload.timeout']));
  });

  it('runs a stored workflow by its name and the newest version that fits', async () => {
    const workflow = (version: string, word: string) => ({
      name: 'greet',
      version,
      steps: [step('say', { input: { word } })],
      output: '${{ steps.say.output.word }}',
    });
    for (const [version, word] of [
      ['1.2.0', 'hi'],
      ['1.10.0', 'hello'],
      ['2.0.0', 'hey'],
    ] as const) {
      await see.bucket('WORKFLOWS').put(`greet.${version}`, JSON.stringify(workflow(version, word)));
    }
    expect(await client.run({ workflow: 'greet' })).toMatchObject({ state: 'COMPLETED', output: 'hey' });
    expect(await client.run({ workflow: 'greet', version: '1' })).toMatchObject({ state: 'COMPLETED', output: 'hello' });
    expect(await client.run({ workflow: 'greet', version: '3' })).toMatchObject({
      state: 'REJECTED',
      errors: [{ code: 'WORKFLOW_UNKNOWN' }],
    });
  });

  it('retries after a short wait without waiting for the broker to tick', async () => {
    const retry = { attempts: 3, initial: '20ms', max: '20ms', backoff: 'fixed', jitter: 0 };
    const outcome = await client.run({ definition: { name: 'retrying', steps: [step('a', { retry, input: { fail: 2 } })] } });
    expect(outcome).toMatchObject({ state: 'COMPLETED', tasks: { attempts: 3 } });
    const inputs = (await logOf(see, outcome.flowId)).flatMap((entry) => entry.inputs.map(({ stream }) => stream));
    expect(inputs).toContain('TIMER.short');
  });

  it('starts one flow of 1,000 submissions of the same id, and answers another owner FLOW_ID_TAKEN', async () => {
    const before = agent.taken.length;
    await Promise.all(Array.from({ length: 1_000 }, () => client.submit({ skill: SKILL, input: { a: 1 } }, 'same')));
    const stranger = await TestClient.join(broker, 'stranger');
    await stranger.submit({ skill: SKILL, input: { a: 2 } }, 'same');
    expect(await client.outcome('same')).toMatchObject({ state: 'COMPLETED', output: { a: 1 } });
    expect(await stranger.outcome('same')).toMatchObject({ state: 'REJECTED', errors: [{ code: 'FLOW_ID_TAKEN' }] });
    expect(agent.taken.length - before).toBe(1);
    expect((await eventsOf(see, 'same')).filter((type) => type === 'flowStarted')).toHaveLength(1);
  });

  it('says the outcome last, after the final status', async () => {
    const order: string[] = [];
    const { bus } = client;
    await bus.subscribe(subjects.status(TENANT, bus.me, 'ordered'), (message) => {
      order.push(message.json<AgentMessage<FlowStatus>>().payload.state);
    });
    await bus.subscribe(subjects.outcome(TENANT, bus.me, 'ordered'), () => void order.push('outcome'));
    // of a flow that is over before its first status, the outcome says it all
    await client.run({ skill: SKILL, input: { watched: true } }, 'ordered');
    await eventually(() => order.includes('outcome'));
    expect(order.slice(-2)).toEqual(['COMPLETED', 'outcome']);
  });

  it('carries identity, conversation and trace of the submission in every message about the flow', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const message = {
      type: 'waggle.submit.v1',
      contextId: 'talk',
      userId: 'ada',
      priority: 'high',
      payload: { skill: SKILL, priority: 'high', input: { x: 1 } },
    };
    await see.publishOnce('SUBMIT', subjects.submit(TENANT, 'client', 'traced'), JSON.stringify(message), { headers: { traceparent } });
    await client.outcome('traced');
    const [task] = await see.read('TASK', subjects.task(TENANT, 'worker', 'high', 'traced', '*', '*'));
    expect(task!.header('traceparent')).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-/);
    expect(task!.json<AgentMessage<TaskDispatch>>()).toMatchObject({
      contextId: 'talk',
      userId: 'ada',
      priority: 'high',
      payload: { owner: 'client' },
    });
    const outcome = await see.last('FLOW', subjects.outcome(TENANT, 'client', 'traced'));
    expect(outcome!.json<AgentMessage<Outcome>>()).toMatchObject({ contextId: 'talk', userId: 'ada', to: 'client' });
  });

  it('dispatches 10,000 tasks of one step though they do not fit one message', async () => {
    const definition = {
      name: 'wide',
      budget: { tasks: 20_000, time: '5m' },
      steps: [step('each', { forEach: 'input.list', input: { n: '${{ index }}' } })],
      output: '${{ size(steps.each.output) }}',
    };
    const outcome = await client.outcome(
      await client.submit({ definition, input: { list: Array.from({ length: 10_000 }, (_, i) => i) } }),
      150_000,
    );
    expect(outcome).toMatchObject({ state: 'COMPLETED', output: 10_000, tasks: { completed: 10_000 } });
    const log = await logOf(see, outcome.flowId);
    expect(Math.max(...log.map(({ commands }) => commands.length))).toBeLessThanOrEqual(500);
  }, 160_000);
});
