import { readFile } from 'node:fs/promises';
import { clientManifest, connectBus } from '@waggle/bus';
import { BOUND, Place } from './place.js';

jest.setTimeout(BOUND);

test('who is let in while the mesh starts may come in as soon as it is there', async () => {
  const place = await Place.make();
  const up = place.start(['up']);
  try {
    await up.says('broker nats-server');
    // what was read of who may come in is older than what follows
    up.child.kill('SIGSTOP');
    expect(await place.cli(['allow', 'bob', '--client'])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('no mesh runs') as string,
    });
    up.child.kill('SIGCONT');
    await up.says('ready in');
    const { json } = await place.cli(['env', 'bob', '--json']);
    const { NATS_URL: servers, NATS_NKEY_SEED_FILE: file } = json as Record<string, string>;
    const seed = (await readFile(file!, 'utf8')).trim();
    const bus = await connectBus({ servers: servers!, me: 'bob', seed, manifest: clientManifest('bob', 'default') });
    await bus.close();
  } finally {
    up.child.kill('SIGCONT');
    await place.remove();
  }
});
