import { agentManifest, type Bus, type Manifest } from '@waggle/bus';
import {
  createMessage,
  MESSAGE_TYPES,
  skillKey,
  subjects,
  type AgentMessage,
  type Beat,
  type DirectorySkill,
  type TaskDispatch,
} from '@waggle/protocol';
import { eventually, offerSkill, scriptedAgent, testBroker, type ScriptedAgentOptions, type TestBroker } from './index.js';

const coordinator: Manifest = { name: 'coordinator', kind: 'core', publishes: ['task'], rereads: ['RESULT', 'BEAT'], folds: ['BEAT'] };
const registry: Manifest = { name: 'registry', kind: 'core', buckets: { DIRECTORY: { write: ['>'] } } };
const echo = agentManifest('echo');

describe('the scripted agent, behind its border', () => {
  let broker: TestBroker;
  let core: Bus;
  let n = 0;

  beforeAll(async () => {
    broker = await testBroker({ secure: true, manifests: [coordinator, registry, echo] });
    core = await broker.busFor(coordinator);
  }, 30_000);

  const dispatch = async (input: unknown): Promise<string> => {
    const taskId = `t${n++}`;
    const payload: TaskDispatch = {
      flowId: 'f',
      taskId,
      attempt: 1,
      skill: 'echo.run',
      input,
      deadline: new Date(Date.now() + 60_000).toISOString(),
      owner: 'ann',
    };
    const message = createMessage({ type: MESSAGE_TYPES.task, from: 'coordinator', tenant: 't', intent: 'request', payload });
    await core.publishOnce('TASK', subjects.task('t', 'echo', 'high', 'f', taskId, 1), JSON.stringify(message));
    return taskId;
  };
  const resultOf = (taskId: string) =>
    eventually(
      async () =>
        (await core.last('RESULT', subjects.result('t', 'echo', 'f', taskId, 1)))?.json<AgentMessage<{ kind: string; output?: unknown }>>()
          .payload,
    );
  const withAgent = async (options: ScriptedAgentOptions, work: () => Promise<void>): Promise<void> => {
    const agent = await scriptedAgent(await broker.busFor(echo), options);
    try {
      await work();
    } finally {
      await agent.stop();
    }
  };

  test('completes with its input unless told otherwise, and is seen alive', () =>
    withAgent({ failFirst: 1 }, async () => {
      expect(await resultOf(await dispatch({ a: 1 }))).toMatchObject({ kind: 'failed' });
      expect(await resultOf(await dispatch({ a: 2 }))).toMatchObject({ kind: 'completed', output: { a: 2 } });
      const [beat] = await core.read('BEAT', subjects.beat('echo', '*'));
      expect(beat!.json<AgentMessage<Beat>>().payload).toMatchObject({ name: 'echo', slots: 8 });
    }));

  test('does as its script says', () =>
    withAgent({ script: ({ dispatch: { input } }) => (input === 'vanish' ? 'vanish' : { output: 'scripted' }) }, async () => {
      const vanished = await dispatch('vanish');
      expect(await resultOf(await dispatch('x'))).toMatchObject({ output: 'scripted' });
      expect(await core.last('RESULT', subjects.result('t', 'echo', 'f', vanished, 1))).toBeUndefined();
    }));

  test('can be offered without a registry', async () => {
    const bus = await broker.busFor(registry);
    await offerSkill(bus, 'echo.run', [{ agent: 'echo' }]);
    expect((await bus.bucket('DIRECTORY').get(`skill.${skillKey('echo.run')}`))?.json<DirectorySkill>().offers).toMatchObject([
      { agent: 'echo', freeSlots: 8 },
    ]);
  });

  test('more services are let in while the broker runs', async () => {
    const late = agentManifest('late');
    await broker.allow(late);
    const bus = await broker.busFor(late);
    expect(await (await bus.queue('TASK', 'late-high')).take(1)).toEqual([]);
    expect(core.health.ready).toBe(true);
  });
});
