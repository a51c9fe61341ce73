import type { Bus } from '@waggle/bus';
import { subjects, type StreamName } from '@waggle/protocol';
import { eventually, scriptedAgent, type TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from './testing/client.js';
import { SKILL, testMesh } from './testing/mesh.js';
import { startReplica } from './testing/replica.js';

const GRACE = 1_500;
const FINISHED = 4_000;

describe('retention', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;
  let stranger: TestClient;

  const kept = async (flowId: string): Promise<string[]> => {
    const streams: [StreamName, string][] = [
      ['FLOW', subjects.flow(TENANT, flowId)],
      ['FLOW', subjects.outcome(TENANT, '*', flowId)],
      ['TASK', subjects.task(TENANT, '*', '*', flowId, '*', '*')],
      ['RESULT', subjects.result(TENANT, '*', flowId, '*', '*')],
      ['TIMER', subjects.timerAt(TENANT, flowId, '*')],
      ['PROGRESS', subjects.status(TENANT, '*', flowId)],
    ];
    const found = await Promise.all(
      streams.map(async ([stream, filter]) => (await see.read(stream, filter)).map(({ subject }) => subject.split('.')[2]!)),
    );
    return [...new Set(found.flat())].sort();
  };

  beforeAll(async () => {
    ({ broker, see } = await testMesh());
    await startReplica(await broker.busFor('coordinator'), { retention: { grace: GRACE, finished: FINISHED, head: 0 } });
    await scriptedAgent(await broker.busFor('worker'), {
      beat: 0,
      script: async ({ dispatch }) => {
        if (dispatch.input === 'hang') return 'never';
        // until the timer and the first status are stored
        await eventually(async () => (await kept(dispatch.flowId)).join() === 'flow,status,task,timer');
        return { output: 1 };
      },
    });
    client = await TestClient.join(broker);
    stranger = await TestClient.join(broker, 'stranger');
  });

  it('keeps what first wins kept apart for the grace, and the log and outcome for longer', async () => {
    const ended = performance.now();
    await client.run({ skill: SKILL }, 'done');
    expect(await kept('done')).toEqual(['flow', 'outcome', 'result', 'status', 'task', 'timer']);
    await eventually(async () => (await kept('done')).join() === 'flow,outcome', { every: 25 });
    expect(performance.now() - ended).toBeGreaterThanOrEqual(GRACE - 50);
    await eventually(async () => (await kept('done')).length === 0, { every: 50 });
    expect(performance.now() - ended).toBeGreaterThanOrEqual(FINISHED - 50);
  });

  it('does not touch a running flow when the answer to somebody who asked for its id is old', async () => {
    await client.submit({ skill: SKILL, input: 'hang' }, 'mine');
    await eventually(async () => (await kept('mine')).includes('task'));
    await stranger.submit({ skill: SKILL }, 'mine');
    expect(await stranger.outcome('mine')).toMatchObject({ errors: [{ code: 'FLOW_ID_TAKEN' }] });
    await eventually(async () => (await see.last('FLOW', subjects.outcome(TENANT, 'stranger', 'mine'))) === undefined);
    expect(await kept('mine')).toEqual(['flow', 'status', 'task', 'timer']);
  });
});
