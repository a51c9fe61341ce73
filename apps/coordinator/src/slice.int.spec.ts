import { agentManifest, clientManifest } from '@waggle/bus';
import { testBroker, type TestBroker } from '@waggle/testkit';
import { manifest } from './coordinator.manifest.js';
import { outcomeOf, submit, TENANT } from './testing/client.js';
import { startReplica, type Replica } from './testing/replica.js';
import { offer, ScriptedAgent } from './testing/scripted-agent.js';

describe('a coordinator on a real broker, with its own rights', () => {
  let broker: TestBroker;
  let replica: Replica;

  beforeAll(async () => {
    const registry = { name: 'registry', kind: 'core', buckets: { DIRECTORY: { write: ['>'] } } } as const;
    broker = await testBroker({ secure: true, manifests: [manifest, registry, agentManifest('worker'), clientManifest('client', TENANT)] });
    await offer(await broker.busFor('registry'), 'echo.echo', [{}]);
    replica = await startReplica(await broker.busFor('coordinator'));
  });
  afterAll(() => replica.stop());

  it('brings a single task to its outcome', async () => {
    const agent = await ScriptedAgent.start(await broker.busFor('worker'), ({ task }) => ({ output: task.input }));
    const client = await broker.busFor('client');
    const flowId = await submit(client, { skill: 'echo.echo', input: { text: 'hello' } });
    const outcome = await outcomeOf(client, flowId);
    expect(outcome).toMatchObject({ flowId, state: 'COMPLETED', output: { text: 'hello' }, tasks: { completed: 1 } });
    expect(agent.taken).toHaveLength(1);
    expect(replica.lines).toEqual([]);
  });
});
