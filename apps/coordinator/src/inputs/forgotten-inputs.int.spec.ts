import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Bus } from '@waggle/bus';
import { eventually, scriptedAgent, type TestBroker } from '@waggle/testkit';
import { TestClient } from '../testing/client.js';
import { eventsOf, SKILL, testMesh } from '../testing/mesh.js';
import { startReplica } from '../testing/replica.js';

/** Ends it in good order, so that it notes what INPUT has copied, and takes from INPUT what it has stored: power was lost in between. */
const losePower = async (broker: TestBroker): Promise<void> => {
  const { pid } = broker;
  process.kill(pid, 'SIGTERM');
  await eventually(() => {
    try {
      return !process.kill(pid, 0);
    } catch {
      return true;
    }
  });
  const messages = join(dirname(broker.configFile), 'jetstream', 'jetstream', '$G', 'streams', 'INPUT', 'msgs');
  const files = (await readdir(messages)).filter((name) => name.endsWith('.blk') || name === 'index.db');
  expect(files).not.toHaveLength(0);
  for (const file of files) await rm(join(messages, file));
  await broker.restart();
};

describe('a broker that has forgotten what INPUT held', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;

  beforeAll(async () => {
    ({ broker, see } = await testMesh({ synced: true }));
    client = await TestClient.join(broker);
  }, 30_000);

  const held = async (): Promise<number> => (await see.figures('INPUT')).messages;

  it('is read from by a coordinator that starts: submissions begin, results count', async () => {
    const first = await startReplica(await broker.busFor('coordinator'));
    const running = await client.submit({ skill: SKILL }, 'running');
    await eventually(async () => (await see.last('TASK', `wg.*.task.*.*.${running}.>`)) ?? (await eventsOf(see, running)).length > 1);
    await first.stop();
    await eventually(async () => (await held()) === 0);
    const agent = await scriptedAgent(await broker.busFor('worker'), { beat: 0, script: () => ({ output: 1 }) });
    await eventually(() => agent.results.length === 1);
    const begun = await client.submit({ skill: SKILL }, 'begun');
    await eventually(async () => (await held()) === 2);
    await losePower(broker);
    await eventually(async () => Object.values((await see.figures('INPUT')).sources!).every((silence) => silence < 2_500));
    expect(await held()).toBe(0);
    await startReplica(await broker.busFor('coordinator'));
    for (const id of [running, begun]) {
      expect(await client.outcome(id, 20_000)).toMatchObject({ state: 'COMPLETED' });
      expect((await eventsOf(see, id)).filter((type) => type === 'flowStarted' || type === 'taskCompleted')).toHaveLength(2);
    }
    expect(agent.taken).toHaveLength(2);
  }, 60_000);

  it('goes on, though its consumers were further than it is', async () => {
    await startReplica(await broker.busFor('coordinator'));
    await losePower(broker);
    expect(await client.run({ skill: SKILL }, 'after')).toMatchObject({ state: 'COMPLETED' });
  }, 60_000);
});
