import type { Bus } from '@waggle/bus';
import type { FlowEvent } from '@waggle/flow';
import { subjects, type AgentMessage, type Outcome } from '@waggle/protocol';
import { eventually, scriptedAgent, type ScriptedAgent, type TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from './testing/client.js';
import { setAckWait } from './testing/input-queue.js';
import { logOf, SKILL, testMesh } from './testing/mesh.js';
import { mortal } from './testing/mortal-bus.js';
import { startReplica } from './testing/replica.js';

/** A sub-flow, a join, a loop, and a failure after which all of it is undone. */
const definition = {
  name: 'crash',
  steps: [
    { id: 'book', skill: SKILL, input: 'book', compensate: { skill: SKILL, input: 'undo book' } },
    {
      id: 'sub',
      needs: ['book'],
      flow: { steps: [{ id: 'x', skill: SKILL, input: 'inner' }], output: '${{ steps.x.output }}' },
      compensate: { skill: SKILL, input: 'undo ${{ output }}' },
    },
    { id: 'loop', skill: SKILL, needs: ['sub'], repeat: { until: 'iteration == 1', maxIterations: 3 }, input: 'turn ${{ iteration }}' },
    { id: 'end', check: 'false', needs: ['loop'] },
  ],
};

/** More than the undisturbed run has effects: then the last rounds see no crash at all. */
const MOST = 200;
/** Every so many points: all 36 of them takes a quarter of a minute. */
const STRIDE = 4;

describe('a coordinator that dies within a pattern', () => {
  let broker: TestBroker;
  let see: Bus;
  let agent: ScriptedAgent;
  let client: TestClient;

  const eventsOf = async (flowId: string): Promise<FlowEvent[]> => (await logOf(see, flowId)).flatMap(({ events }) => events);
  const factsOf = async (flowId: string): Promise<string[]> => {
    const types = (await eventsOf(flowId)).map(({ type }) => type);
    return types.filter((type) => !type.startsWith('timer')).sort();
  };
  const childrenOf = async (flowId: string): Promise<string[]> =>
    (await eventsOf(flowId)).flatMap((event) => (event.type === 'childReserved' ? [event.childId] : []));

  const endsOf = async (childId: string): Promise<string[] | undefined> => {
    const outcomes = await see.read('FLOW', subjects.outcome(TENANT, 'coordinator', childId));
    return outcomes.length === 0 ? undefined : outcomes.map((each) => each.json<AgentMessage<Outcome>>().payload.state);
  };

  /** Everything that a run leaves behind, but ids and times. */
  const run = async (flowId: string) => {
    const { state, errors, tasks } = await client.outcome(await client.submit({ definition }, flowId));
    const children = await childrenOf(flowId);
    // a child tells its parent before it says its outcome
    const ends = await Promise.all(children.map((id) => eventually(() => endsOf(id))));
    const inner = await Promise.all(children.map(factsOf));
    const work = agent.taken.filter((task) => [flowId, ...children].includes(task.flowId)).map(({ dispatch }) => dispatch.input);
    return { state, codes: errors?.map(({ code }) => code), tasks, ends, facts: await factsOf(flowId), inner, work };
  };

  beforeAll(async () => {
    ({ broker, see } = await testMesh({ partitions: 1 }));
    // the rounds are many: inputs of the dead come again sooner than in production
    await setAckWait(see, 150);
    agent = await scriptedAgent(await broker.busFor('worker'), { beat: 0, slots: 16 });
    client = await TestClient.join(broker);
  });

  it('leaves another to finish with the same end, every effect once and in order', async () => {
    const first = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    const undisturbed = await run('undisturbed');
    expect(undisturbed).toMatchObject({
      state: 'FAILED',
      codes: ['CHECK_FAILED'],
      ends: [['COMPLETED'], ['COMPLETED']],
      work: ['book', 'inner', 'turn 0', 'turn 1', 'undo inner', 'undo book'],
    });
    await first.stop();
    let deaths = 0;
    for (let point = 1; point <= MOST; point += STRIDE) {
      const flowId = `crash-${point}`;
      const doomed = mortal(await broker.busFor('coordinator'));
      const replica = await startReplica(doomed.bus, { hidden: true, doomed: true });
      doomed.dieAfter(point);
      const ended = run(flowId);
      const died = await Promise.race([doomed.dead.then(() => true), ended.then(() => false)]);
      if (!died) {
        // or it dies as it stops
        await Promise.race([replica.stop(), doomed.dead]);
        break;
      }
      deaths++;
      const heir = await startReplica(await broker.busFor('coordinator'), { hidden: true });
      expect({ point, ...(await ended) }).toEqual({ point, ...undisturbed });
      await heir.stop();
    }
    expect(deaths).toBeGreaterThanOrEqual(30 / STRIDE);
  }, 120_000);
});
