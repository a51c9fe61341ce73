import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { cli as run } from './cli-process.js';
import { BOUND, Place } from './place.js';

jest.setTimeout(BOUND);

describe('a key that is rotated', () => {
  let place: Place;
  const seedOf = (name: string): Promise<string> => readFile(path.join(place.data, 'keys', `${name}.nk`), 'utf8');

  beforeAll(async () => {
    place = await Place.make();
    await place.up(['--processes']);
  });
  afterAll(() => place.remove());

  test('of a service: another process takes over with the new key, work goes on meanwhile, the former key is refused', async () => {
    const before = await place.state();
    const pidOf = (state: typeof before, name: string): number => state.services.find((each) => each.name === name)!.pid;
    const task = await place.file('slow.json', JSON.stringify({ skill: 'echo.echo', input: { delay: '4s', text: 'slow' } }));
    await place.cli(['submit', task, '--id', 'across']);
    for (const name of ['echo', 'coordinator']) {
      const seed = await seedOf(name);
      expect(await place.cli(['keys', 'rotate', name, '--json'])).toMatchObject({
        code: 0,
        json: { name, rotated: true, formerRevoked: true },
      });
      expect(await seedOf(name)).not.toBe(seed);
      expect(pidOf(await place.state(), name)).not.toBe(pidOf(before, name));
      expect(await place.cli(['run', 'echo.echo', '-i', 'text=still', '--json', '--timeout', '60s'])).toMatchObject({ code: 0 });
    }
    // a task that was at work is done once, by whom it was given to or after a hand-back
    const { json } = await place.cli(['watch', 'across', '--json', '--timeout', '120s']);
    expect(json).toMatchObject({ outcome: { state: 'COMPLETED', output: { text: 'slow' }, tasks: { attempts: 1 } } });
  });

  test('of the command line: the mesh itself moves, and its commands go on', async () => {
    expect(await place.cli(['keys', 'rotate', 'cli', '--json'])).toMatchObject({ code: 0, json: { formerRevoked: true } });
    expect(await place.cli(['run', 'echo.echo', '-i', 'text=on', '--json'])).toMatchObject({ code: 0 });
    expect((await place.cli(['doctor', '--json'])).json).toMatchObject({ ok: true });
  });

  test('of a client: both keys sign in until the rotation is finished', async () => {
    const { url } = await place.state();
    const former = path.join(place.dir, 'former.nk');
    await copyFile(path.join(place.data, 'keys', 'client.nk'), former);
    const as = (file: string) =>
      run(['submit', '-', '--json', '--data', path.join(place.dir, 'none')], {
        env: { NATS_URL: url, NATS_NKEY_SEED_FILE: file, WAGGLE_CLIENT: 'client' },
        input: JSON.stringify({ skill: 'echo.echo', input: {} }),
      });
    expect(await place.cli(['keys', 'rotate', 'client', '--json'])).toMatchObject({ code: 0, json: { formerRevoked: false } });
    const now = path.join(place.data, 'keys', 'client.nk');
    expect((await as(former)).code).toBe(0);
    expect((await as(now)).code).toBe(0);
    expect(await place.cli(['keys', 'rotate', 'client', '--json'])).toMatchObject({ code: 2, json: { error: { code: 'BAD_USAGE' } } });
    expect(await place.cli(['keys', 'finish', 'client', '--json'])).toMatchObject({ code: 0, json: { formerRevoked: true } });
    expect(await as(former)).toMatchObject({ json: { error: { code: 'BUS_REFUSED' } } });
    expect((await as(now)).code).toBe(0);
  });

  test('of a deployment: its files hold both keys, then the new one', async () => {
    const dir = path.join(place.dir, 'deployment');
    await run(['keys', '--dir', dir]);
    const conf = (): Promise<string> => readFile(path.join(dir, 'broker/nats.conf'), 'utf8');
    const usersOf = async (name: string): Promise<number> => (await conf()).split('\n').filter((line) => line.endsWith(`# ${name}`)).length;
    const seed = await readFile(path.join(dir, 'echo/seed'), 'utf8');
    expect(await run(['keys', 'rotate', 'echo', '--dir', dir, '--json'])).toMatchObject({ code: 0, json: { formerRevoked: false } });
    expect(await usersOf('echo')).toBe(2);
    expect(await readFile(path.join(dir, 'echo/seed'), 'utf8')).not.toBe(seed);
    expect((await run(['keys', 'finish', 'echo', '--dir', dir, '--json'])).code).toBe(0);
    expect(await usersOf('echo')).toBe(1);
  });

  test.each([
    [['keys', 'rotate', 'nobody'], 'BAD_USAGE'],
    [['keys', 'rotate', 'no.name'], 'BAD_USAGE'],
    [['keys', 'finish', 'echo'], 'BAD_USAGE'],
    [['keys'], 'BAD_USAGE'],
  ])('%j is refused with %s', async (args, code) => {
    expect(await place.cli([...args, '--json'])).toMatchObject({ code: 2, json: { error: { code } } });
  });
});
