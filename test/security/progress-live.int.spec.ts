import { createMessage, MESSAGE_TYPES, subjects, type AgentMessage, type TaskProgress } from '@waggle/protocol';
import { connectBus, type Bus } from '@waggle/bus';
import { cleanupLater, eventually } from '@waggle/testkit';
import { MANIFESTS, secureMesh, type SecureMesh } from './secure-mesh.js';

describe('progress of agents behind their border', () => {
  let mesh: SecureMesh;
  const busOf = async (name: string): Promise<Bus> => {
    const manifest = MANIFESTS.find((each) => each.name === name);
    const bus = await connectBus({ servers: mesh.broker.url, me: name, seed: mesh.keys[name]!.seed, manifest });
    cleanupLater(() => bus.close());
    return bus;
  };

  beforeAll(async () => {
    mesh = await secureMesh();
  });

  it.each(['auditor', 'foreign'])('of %s is heard live behind the edge, as it was said', async (agent) => {
    const [edge, speaker] = await Promise.all([busOf('cli'), busOf(agent)]);
    const heard: AgentMessage<TaskProgress>[] = [];
    await edge.subscribe(subjects.progressFeed('t1', '*', 'flow', '*'), (message) => heard.push(message.json()));
    const payload: TaskProgress = { fraction: 0.5, message: 'half', attempt: 1, instance: 'i' };
    const message = createMessage({ type: MESSAGE_TYPES.progress, from: agent, tenant: 't1', payload });
    speaker.emit(subjects.progress('t1', agent, 'flow', 'task'), JSON.stringify(message));
    await eventually(() => heard.length > 0);
    expect(heard).toEqual([message]);
  });

  it('is heard by nobody who has no right to', async () => {
    const bob = mesh.as('bob');
    bob.nc.subscribe(subjects.progressFeed('t1', '*', '*', '*'));
    await eventually(() => bob.violations.length > 0);
  });
});
