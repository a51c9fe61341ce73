import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { processId } from '@waggle/broker';
import { cleanupLater, eventually, testBroker, type TestBroker } from '@waggle/testkit';
import type { Context } from '../context.js';
import { makeFolder, meshFolder, type MeshFolder } from '../mesh/folder.js';
import { writeState } from '../mesh/state.js';
import { Output } from '../output/output.js';
import { followMesh } from './follow-mesh.js';
import { Session } from './session.js';

/** A mesh of that broker, as its folder tells of it. */
const runIn = async (folder: MeshFolder, { url }: TestBroker): Promise<void> =>
  writeState(folder, {
    owner: await processId(),
    url,
    tenant: 'default',
    trusted: true,
    external: false,
    mode: 'one process',
    startedAt: new Date().toISOString(),
    broker: { version: '', how: '' },
    services: [],
    applied: '',
  });

describe('following a mesh', () => {
  let context: Context;
  let text: string;
  beforeEach(async () => {
    const folder = meshFolder(await mkdtemp(path.join(tmpdir(), 'waggle-follow-')));
    cleanupLater(() => rm(folder.path, { recursive: true, force: true }));
    await makeFolder(folder);
    text = '';
    const stderr = new PassThrough().on('data', (some: Buffer) => (text += some.toString())) as unknown as NodeJS.WriteStream;
    const output = new Output({ json: false, quiet: false, stderr });
    context = { root: folder.path, folder, output, env: {}, interrupted: new AbortController().signal };
  });

  const started = async (): Promise<TestBroker> => {
    const broker = await testBroker({ provision: false });
    cleanupLater(() => broker.stop());
    return broker;
  };

  /** Where work is done that needs a connection, begun on one that is lost. */
  const followed = async (first: Session): Promise<{ servers: Promise<unknown> }> => {
    await eventually(() => !first.bus.health.ready);
    const servers = followMesh(first, context, async ({ bus, target }) => {
      await (await bus.subscribe('any', () => undefined)).stop();
      return target.servers;
    });
    await eventually(() => text.includes('is lost'));
    return { servers };
  };

  it('goes on elsewhere with work that waits for the connection that was lost', async () => {
    const [before, after] = [await started(), await started()];
    await runIn(context.folder, before);
    const first = await Session.open(context);
    cleanupLater(() => first.close());
    await before.kill();
    const following = await followed(first);
    await runIn(context.folder, after);
    expect(await following.servers).toBe(after.url);
    expect(text).toContain(`connected again, to ${after.url}`);
  });

  it('does not go to another mesh of the folder from one that this process runs itself', async () => {
    const [own, other] = [await started(), await started()];
    await runIn(context.folder, other);
    const session = await Session.to({
      servers: own.url,
      me: 'cli',
      manifest: { name: 'cli', kind: 'edge' },
      tenant: 'default',
      trusted: true,
    });
    cleanupLater(() => session.close());
    await own.kill();
    const following = await followed(session);
    expect(text).toContain('it is tried again until it is back');
    await own.restart();
    expect(await following.servers).toBe(own.url);
  });
});
