import type { Bus } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import { scriptedAgent, type ScriptedAgent, type TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from './testing/client.js';
import { setAckWait } from './testing/input-queue.js';
import { eventsOf, logOf, SKILL, testMesh } from './testing/mesh.js';
import { mortal } from './testing/mortal-bus.js';
import { startReplica } from './testing/replica.js';

const definition = {
  name: 'crash',
  steps: [
    { id: 'each', skill: SKILL, forEach: 'input.list', input: { n: '${{ item }}' } },
    { id: 'again', skill: SKILL, needs: ['each'], input: { fail: true }, retry: { attempts: 2, initial: '10ms', backoff: 'fixed' } },
  ],
  output: '${{ steps.each.output }}',
};

/** More than the undisturbed run has effects: then the last rounds see no crash at all. */
const MOST = 60;

describe('a coordinator that dies', () => {
  let broker: TestBroker;
  let see: Bus;
  let agent: ScriptedAgent;
  let client: TestClient;

  const run = async (flowId: string) => {
    const outcome = await client.outcome(await client.submit({ definition, input: { list: [1, 2] } }, flowId));
    return { state: outcome.state, output: outcome.output, tasks: outcome.tasks };
  };
  const factsOf = async (flowId: string): Promise<string[]> =>
    (await eventsOf(see, flowId)).filter((type) => !type.startsWith('timer')).sort();
  const attemptsOf = (flowId: string): string[] =>
    agent.taken
      .filter((task) => task.flowId === flowId)
      .map(({ taskId, attempt }) => `${taskId}.${attempt}`)
      .sort();

  beforeAll(async () => {
    ({ broker, see } = await testMesh({ partitions: 1 }));
    // the rounds are many: inputs of the dead come again sooner than in production
    await setAckWait(see, 150);
    agent = await scriptedAgent(await broker.busFor('worker'), {
      beat: 0,
      slots: 16,
      script: ({ dispatch }) => {
        if (dispatch.input === 'hang') return 'never';
        if ((dispatch.input as { fail?: boolean }).fail === true && dispatch.attempt === 1) throw new Error('once');
        return { output: dispatch.input };
      },
    });
    client = await TestClient.join(broker);
  });

  it('leaves another to finish with the same end, at whatever point it dies', async () => {
    const first = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    const undisturbed = await run('undisturbed');
    const facts = await factsOf('undisturbed');
    const attempts = attemptsOf('undisturbed');
    expect(undisturbed.state).toBe('COMPLETED');
    await first.stop();
    let deaths = 0;
    for (let point = 1; point <= MOST; point++) {
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
      expect({ point, facts: await factsOf(flowId) }).toEqual({ point, facts });
      expect({ point, attempts: attemptsOf(flowId) }).toEqual({ point, attempts });
      expect((await logOf(see, flowId)).map(({ n }) => n)).toEqual((await logOf(see, flowId)).map((_, i) => i + 1));
      expect(await see.read('FLOW', subjects.outcome(TENANT, 'client', flowId))).toHaveLength(1);
      await heir.stop();
    }
    expect(deaths).toBeGreaterThanOrEqual(15);
  }, 120_000);

  it('leaves a flow its deadline though its timer was put off when it died', async () => {
    const flowId = 'timer-put-off';
    const bus = await broker.busFor('coordinator');
    const armed = new Promise<void>((resolve) => {
      jest.spyOn(bus, 'schedule').mockImplementation(() => {
        resolve();
        return new Promise(() => undefined);
      });
    });
    const doomed = mortal(bus);
    await startReplica(doomed.bus, { hidden: true, doomed: true });
    const steps = [{ id: 'a', skill: SKILL, input: 'hang', timeout: '1500ms', retry: { attempts: 1 } }];
    await client.submit({ definition: { name: 'hangs', steps } }, flowId);
    // it dies as it is about to store it
    await armed;
    doomed.dieAfter(0);
    await bus.close();
    expect(await see.last('TIMER', subjects.timerAt(TENANT, flowId, 1))).toBeUndefined();
    const heir = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    expect(await client.outcome(flowId)).toMatchObject({ state: 'FAILED', errors: [{ code: 'TASK_TIMEOUT' }] });
    await heir.stop();
  });
});
