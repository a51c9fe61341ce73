import { setTimeout as sleep } from 'node:timers/promises';
import { agentManifest, clientManifest } from '@waggle/bus';
import { WaggleClient } from '@waggle/client';
import { service as coordinator } from '@waggle/coordinator';
import { Resources, Sessions } from '@waggle/memory';
import type { Outcome } from '@waggle/protocol';
import { startService, type RunningService, type ServiceDefinition } from '@waggle/service';
import { service as sessions } from '@waggle/sessions';
import { cleanupLater, eventually, offerSkill, scriptedAgent, testBroker, type ScriptedAgent, type TestBroker } from '@waggle/testkit';

jest.setTimeout(60_000);

describe('flows that share, with the rights of production', () => {
  let broker: TestBroker;
  let client: WaggleClient;
  let shared: Sessions;
  let resources: Resources;
  let agent: ScriptedAgent;
  let running: RunningService;
  let atWork = 0;
  let most = 0;

  const start = async (definition: ServiceDefinition): Promise<RunningService> => {
    const { name } = definition.manifest;
    const started = await startService(definition, { servers: broker.url, seed: broker.keys[name]!.seed, logLevel: 'error' });
    cleanupLater(() => started.stop());
    return started;
  };

  beforeAll(async () => {
    const registry = { name: 'registry', kind: 'core', buckets: { DIRECTORY: { write: ['>'] } } } as const;
    const manifests = [coordinator.manifest, sessions.manifest, registry, agentManifest('worker'), clientManifest('alice', 't1')];
    broker = await testBroker({ secure: true, manifests });
    await offerSkill(await broker.busFor('registry'), 'work.do', [{ agent: 'worker' }]);
    await start(coordinator);
    running = await start(sessions);
    const bus = await broker.busFor('alice');
    client = new WaggleClient(bus, { tenant: 't1' });
    shared = new Sessions(bus, { tenant: 't1' });
    resources = new Resources(bus, { tenant: 't1' });
    agent = await scriptedAgent(await broker.busFor('worker'), {
      beat: 0,
      script: async () => {
        most = Math.max(most, ++atWork);
        await sleep(20);
        atWork--;
        return { output: most };
      },
    });
  });

  const run = async (steps: object[]): Promise<{ flowId: string; outcome: Promise<Outcome> }> => {
    const { flowId } = await client.submit({ definition: { name: 'sharing', version: '1.0.0', steps } });
    return { flowId, outcome: client.outcome(flowId, { timeout: 30_000 }) };
  };
  const lineOf = async (resource: string) => (await resources.list()).find((line) => line.resource === resource);

  it('use a resource no more than it has slots, with all their tasks together, and leave it free', async () => {
    await resources.define('staging-db', { slots: 2 });
    const steps = [{ id: 'a', skill: 'work.do', forEach: '[1, 2, 3, 4]', input: '${{ item }}', uses: [{ resource: 'staging-db' }] }];
    const flows = await Promise.all(Array.from({ length: 4 }, () => run(steps)));
    for (const { outcome } of flows) expect((await outcome).state).toBe('COMPLETED');
    expect(agent.taken).toHaveLength(16);
    expect(most).toBeLessThanOrEqual(2);
    await eventually(async () => (await lineOf('staging-db'))?.holders.length === 0);
    expect(await lineOf('staging-db')).toMatchObject({ queue: [], granted: 16 });
  });

  it('wait for their turn without an agent, and leave the line when they are canceled', async () => {
    const held = await resources.acquire('crane');
    const taken = agent.taken.length;
    const [first, second] = [
      await run([{ id: 'a', skill: 'work.do', uses: [{ resource: 'crane' }] }]),
      await run([{ id: 'a', skill: 'work.do', uses: [{ resource: 'crane' }] }]),
    ];
    await eventually(async () => (await lineOf('crane'))?.queue.length === 2);
    await client.signal(first.flowId, 'cancel');
    expect((await first.outcome).state).toBe('CANCELED');
    await eventually(async () => (await lineOf('crane'))?.queue.length === 1);
    expect(agent.taken).toHaveLength(taken);
    await held.release();
    expect((await second.outcome).state).toBe('COMPLETED');
    await eventually(async () => (await lineOf('crane')) === undefined);
  });

  it('fail with the reason when what they ask for can never be', async () => {
    const { outcome } = await run([{ id: 'a', skill: 'work.do', uses: [{ resource: 'staging-db', slots: 9 }] }]);
    expect(await outcome).toMatchObject({
      state: 'FAILED',
      errors: [{ code: 'INVALID_MESSAGE', message: expect.stringContaining('2 slots') as string }],
    });
  });

  it('meet one another and others at a sync point, also when the service was away meanwhile', async () => {
    const sync = [{ id: 'meet', sync: { point: 'ready', session: 'release', expect: 3 }, timeout: '30s' }];
    const early = await run(sync);
    const point = shared.session('release').sync('ready');
    await eventually(async () => Object.keys((await point.state())?.arrived ?? {}).length === 1);
    await running.stop();
    const late = await run(sync);
    running = await start(sessions);
    await point.reach();
    for (const { outcome } of [early, late]) {
      expect(await outcome).toMatchObject({
        state: 'COMPLETED',
        output: { meet: { arrived: expect.arrayContaining(['alice']) as string[] } },
      });
    }
    // who comes when it is over goes on at once
    expect((await (await run(sync)).outcome).state).toBe('COMPLETED');
  });

  it('fail when the others do not come in time', async () => {
    const { outcome } = await run([{ id: 'meet', sync: { point: 'never', expect: ['ada'] }, timeout: '300ms' }]);
    expect(await outcome).toMatchObject({ state: 'FAILED', errors: [{ code: 'SYNC_TIMED_OUT' }] });
  });
});
