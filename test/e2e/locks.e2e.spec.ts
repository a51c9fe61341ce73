import { readFile } from 'node:fs/promises';
import { clientManifest, connectBus, type Bus } from '@waggle/bus';
import { createLocks, scope } from '@waggle/locks';
import { eventually } from '@waggle/testkit';
import { BOUND, Place } from './place.js';

jest.setTimeout(BOUND);

describe('waggle locks', () => {
  let place: Place;
  let bus: Bus;

  beforeAll(async () => {
    place = await Place.make();
    await place.up();
    const { json } = await place.cli(['env', '--json']);
    const { NATS_URL: servers, WAGGLE_CLIENT: me, NATS_NKEY_SEED_FILE: file, WAGGLE_TENANT: tenant = 'default' } = json;
    const seed = (await readFile(file, 'utf8')).trim();
    bus = await connectBus({ servers, me, seed, manifest: clientManifest(me, tenant) });
  });
  afterAll(async () => {
    await bus?.close();
    await place.remove();
  });

  test('lists who holds and who waits, shows it live, and breaks a lock with a reason that is audited', async () => {
    expect(await place.cli(['locks'])).toMatchObject({ code: 0, stdout: 'no locks\n' });
    const locks = createLocks(bus, { tenant: 'default', holder: 'a program' });
    const lock = await locks.acquire('deploy', { metadata: { version: 7 } });
    const other = await locks.acquire(scope.thread('ann', 'a.b'), { mode: 'shared', permits: 3 });
    const waiting = locks.acquire('deploy', { priority: 2 });
    await eventually(async () => (await locks.status('deploy')).waiters.length === 1);

    const { stdout } = await place.cli(['locks']);
    expect(stdout).toMatch(/deploy +holds +a program +exclusive +.* left +\d+ +\{"version":7\}/);
    expect(stdout).toMatch(/deploy +waits 1 +a program +exclusive/);
    expect(stdout).toMatch(/ann\/a\.b +holds +a program +shared of 3/);
    const { json } = await place.cli(['locks', '--json']);
    expect(json.locks.find((each: { scope: string }) => each.scope === 'deploy')).toMatchObject({
      key: 'resource.deploy',
      holders: [{ holder: 'a program', token: lock.token }],
      waiters: [{ priority: 2 }],
    });

    const live = place.start(['locks', 'watch', '--json']);
    await live.says('resource.deploy');
    await other.release();
    await eventually(
      () => (live.stdout.trim().split('\n').at(-1) ?? '').includes('deploy') && !live.stdout.trim().split('\n').at(-1)!.includes('ann'),
    );
    live.child.kill('SIGINT');
    expect((await live.ended).code).toBe(130);

    expect(await place.cli(['locks', '--force-release', 'deploy', '--json'])).toMatchObject({
      code: 2,
      json: { error: { code: 'BAD_USAGE', path: '--reason' } },
    });
    expect(await place.cli(['locks', '--force-release', 'nobody', '--reason', 'x'])).toMatchObject({ code: 2 });
    const broken = await place.cli(['locks', '--force-release', 'deploy', '--reason', 'it hangs']);
    expect(broken).toMatchObject({ code: 0, stdout: 'deploy is released; it was held by a program\n' });
    const next = await waiting;
    expect(next.token).toBeGreaterThan(lock.token);
    await eventually(() => lock.signal.aborted);
    expect(lock.signal.reason).toMatchObject({ code: 'LOCK_LOST' });
    await next.release();
  });
});
