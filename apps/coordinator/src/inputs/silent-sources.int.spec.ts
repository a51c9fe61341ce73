import type { Bus } from '@waggle/bus';
import { eventually, scriptedAgent, type ScriptedAgent } from '@waggle/testkit';
import { TestClient } from '../testing/client.js';
import { eventsOf, SKILL, testMesh } from '../testing/mesh.js';
import { startReplica } from '../testing/replica.js';

interface InputConfig {
  sources: { name: string }[];
}

describe('sources of inputs that are silent', () => {
  let see: Bus;
  let client: TestClient;
  let agent: ScriptedAgent;

  const changeInput = async (change: (config: InputConfig) => InputConfig): Promise<InputConfig> => {
    const { config } = (await see.request('$JS.API.STREAM.INFO.INPUT', '')).json<{ config: InputConfig }>();
    const answer = await see.request('$JS.API.STREAM.UPDATE.INPUT', JSON.stringify(change(config)));
    expect(answer.json<{ error?: unknown }>().error).toBeUndefined();
    return config;
  };

  beforeAll(async () => {
    const mesh = await testMesh();
    see = mesh.see;
    await startReplica(await mesh.broker.busFor('coordinator'));
    agent = await scriptedAgent(await mesh.broker.busFor('worker'), { beat: 0, script: () => ({ output: 1 }) });
    client = await TestClient.join(mesh.broker);
  });

  it('are heard of every second while nothing is stored in them', async () => {
    await eventually(async () => {
      const silences = Object.values((await see.figures('INPUT')).sources!);
      return silences.length > 0 && silences.every((silence) => silence < 2_500);
    });
  });

  it('are read by the coordinator, and what INPUT brings later is known', async () => {
    // as after the loss of a leader: the server copies nothing until it tries again
    const whole = await changeInput((config) => ({ ...config, sources: config.sources.filter(({ name }) => name === 'EVENT') }));
    expect(await client.run({ skill: SKILL }, 'unheard')).toMatchObject({ state: 'COMPLETED' });
    await changeInput(() => whole);
    expect(await client.run({ skill: SKILL }, 'heard')).toMatchObject({ state: 'COMPLETED' });
    await eventually(async () => (await see.figures('INPUT')).messages === 0);
    expect((await eventsOf(see, 'unheard')).filter((type) => type === 'flowStarted' || type === 'taskCompleted')).toHaveLength(2);
    expect(agent.taken.filter(({ flowId }) => flowId === 'unheard')).toHaveLength(1);
  }, 30_000);
});
