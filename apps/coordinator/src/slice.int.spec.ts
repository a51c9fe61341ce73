import { agentManifest } from '@waggle/bus';
import { subjects, type AgentMessage, type Outcome } from '@waggle/protocol';
import { offerSkill, scriptedAgent, testBroker, type ScriptedAgent, type TestBroker } from '@waggle/testkit';
import { manifest } from './coordinator.manifest.js';
import { CLIENT, TENANT, TestClient } from './testing/client.js';
import { startReplica, type Replica } from './testing/replica.js';

/** In accounts and with rights as in production: what the manifest leaves out is refused. */
describe('a coordinator with its own rights', () => {
  let broker: TestBroker;
  let replica: Replica;
  let agent: ScriptedAgent;
  let client: TestClient;

  beforeAll(async () => {
    const registry = { name: 'registry', kind: 'core', buckets: { DIRECTORY: { write: ['>'] } } } as const;
    const cli = {
      name: 'cli',
      kind: 'edge',
      operate: true,
      publishes: ['signal'],
      calls: ['coordinator.describe', 'coordinator.list'],
    } as const;
    broker = await testBroker({ secure: true, manifests: [manifest, registry, cli, agentManifest('worker'), CLIENT] });
    await offerSkill(await broker.busFor('registry'), 'echo.echo', [{ agent: 'worker' }]);
    replica = await startReplica(await broker.busFor('coordinator'));
    agent = await scriptedAgent(await broker.busFor('worker'), { beat: 0 });
    client = await TestClient.join(broker);
  });

  it('brings a single task to its outcome', async () => {
    const outcome = await client.run({ skill: 'echo.echo', input: { text: 'hello' } }, 'one');
    expect(outcome).toMatchObject({ flowId: 'one', state: 'COMPLETED', output: { text: 'hello' }, tasks: { completed: 1 } });
    expect(agent.taken).toHaveLength(1);
  });

  it('brings a large input to the agent by reference', async () => {
    const outcome = await client.run({ skill: 'echo.echo', input: { text: 'x'.repeat(200_000) } });
    expect(outcome.state).toBe('COMPLETED');
    expect(JSON.stringify(agent.taken.at(-1)!.dispatch.input).length).toBeLessThan(70_000);
  });

  it('tells operators of all flows and owners of their own', async () => {
    const cli = await broker.busFor('cli');
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are foreign JSON, the assertions are the check
    const ask = async (endpoint: string, question: object): Promise<Record<string, any>> =>
      (await cli.request(subjects.endpoint('coordinator', endpoint, 'cli'), JSON.stringify(question))).json();
    const described = await ask('describe', { flowId: 'one' });
    expect(described).toMatchObject({ flowId: 'one', owner: 'client', outcome: { state: 'COMPLETED' } });
    expect(described.history.map(({ event }: { event: string }) => event)).toEqual(
      expect.arrayContaining(['flowStarted', 'taskCompleted', 'flowEnded']),
    );
    expect(await ask('describe', { flowId: 'nothing' })).toMatchObject({ problems: [{ code: 'FLOW_UNKNOWN' }] });
    expect(await ask('describe', { flowId: '../x' })).toMatchObject({ problems: [{ code: 'INVALID_MESSAGE', path: 'flowId' }] });
    await client.run({ definition: { name: 'brief', steps: [{ id: 'a', skill: 'echo.echo', input: { text: 'a' } }] } }, 'two');
    const { flows } = await ask('list', { limit: 10 });
    expect(flows.map(({ flowId }: { flowId: string }) => flowId)).toContain('one');
    expect(flows[0]).toMatchObject({ flowId: 'two', workflow: 'brief', state: 'COMPLETED' });
    expect((await ask('list', { owner: 'client', state: 'FAILED' })).flows).toEqual([]);
    // as after a coordinator that ended a flow and died before its last status
    const dead = await broker.busFor('coordinator');
    const { payload, ...rest } = (await dead.last('FLOW', subjects.outcome(TENANT, 'client', 'two')))!.json<AgentMessage<Outcome>>();
    const status = { ...rest, payload: { ...payload, state: 'WORKING', fraction: 0, steps: [], version: 1, updatedAt: payload.endedAt } };
    await dead.publish(subjects.status(TENANT, 'client', 'two'), JSON.stringify(status));
    expect((await ask('list', { state: 'WORKING' })).flows).toEqual([]);
  });

  it('has met no refusal and nothing to warn of', () => {
    expect(replica.lines).toEqual([]);
  });
});
