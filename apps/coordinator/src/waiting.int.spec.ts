import { agentManifest, type Bus } from '@waggle/bus';
import { createEvent, subjects, type AgentMessage, type FlowStatus } from '@waggle/protocol';
import { eventually, offerSkill, scriptedAgent, type TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from './testing/client.js';
import { eventsOf, logOf, testMesh } from './testing/mesh.js';
import { startReplica } from './testing/replica.js';

describe('flows that wait for an agent', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;

  beforeAll(async () => {
    ({ broker, see } = await testMesh());
    await broker.allow(agentManifest('late'));
    await startReplica(await broker.busFor('coordinator'));
    await startReplica(await broker.busFor('coordinator'));
    await scriptedAgent(await broker.busFor('late'), { beat: 0, slots: 64 });
    client = await TestClient.join(broker);
  });

  const offered = async (skill: string): Promise<void> => {
    await offerSkill(see, skill, [{ agent: 'late' }]);
    const event = createEvent({ tenant: '_', payload: { source: 'registry', type: 'skill-offered', subject: skill, data: { skill } } });
    await see.publish(subjects.event('_', 'registry', 'skill-offered'), JSON.stringify(event));
  };

  it('say so, and go on as soon as one joins', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => client.submit({ skill: 'rare.skill', input: 1 })));
    await eventually(async () => (await see.read('WAIT', subjects.wait(TENANT, 'skill', 'rare~skill', '*'))).length === 20);
    const status = await eventually(() => see.last('PROGRESS', subjects.status(TENANT, 'client', ids[0]!)));
    expect(status.json<AgentMessage<FlowStatus>>().payload.steps[0]).toMatchObject({ waitingFor: 'NO_AGENT' });
    await offered('rare.skill');
    for (const id of ids) expect(await client.outcome(id)).toMatchObject({ state: 'COMPLETED', output: 1 });
    // by the word of it alone: no timer looked again
    const inputs = (await Promise.all(ids.map((id) => logOf(see, id)))).flat().flatMap((entry) => entry.inputs);
    expect(new Set(inputs.map(({ stream }) => stream))).toEqual(new Set(['SUBMIT', 'RESULT']));
    await eventually(async () => (await see.read('WAIT', subjects.wait(TENANT, 'skill', 'rare~skill', '*'))).length === 0);
  });

  it('are not forgotten when the agent joins between the append and the WAIT entry', async () => {
    // the directory is written without an event: only looking again after the entry is stored can find it
    const { broker: alone, see: look } = await testMesh({ partitions: 1 });
    await alone.allow(agentManifest('late'));
    await scriptedAgent(await alone.busFor('late'), { beat: 0 });
    let seen = false;
    const inner = await alone.busFor('coordinator');
    const intruded = new Proxy(inner, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target) as unknown;
        if (name !== 'publish') return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
        return async (subject: string, ...rest: unknown[]) => {
          if (subject.includes('.wait.skill.between~skill.') && !seen) {
            seen = true;
            await offerSkill(look, 'between.skill', [{ agent: 'late' }]);
          }
          return (value as (...all: unknown[]) => unknown).call(target, subject, ...rest);
        };
      },
    });
    await startReplica(intruded);
    const asking = await TestClient.join(alone);
    expect(await asking.run({ skill: 'between.skill', input: 2 })).toMatchObject({ state: 'COMPLETED', output: 2 });
    expect(seen).toBe(true);
  });

  it('end at their deadline with NO_AGENT when none ever comes', async () => {
    const outcome = await client.run({ skill: 'no.such', timeout: 400 });
    expect(outcome.state).toBe('FAILED');
    expect(outcome.errors!.map(({ code }) => code)).toEqual(expect.arrayContaining([expect.stringMatching(/NO_AGENT|FLOW_TIMEOUT/)]));
    expect(await eventsOf(see, outcome.flowId)).toContain('taskWaiting');
  });
});
