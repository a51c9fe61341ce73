import { appendFile, chmod, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { eventually } from '@waggle/testkit';
import { cli as run, ROOT } from './cli-process.js';
import { BOUND, Place } from './place.js';

jest.setTimeout(BOUND);

const COUNTER = path.join(ROOT, 'test/e2e/chaos/counter-agent');
const FLOWS = 6;
const ITEMS = 12;

/** Waits, then works through a list a few at a time, then once more: something of each kind is under way at any instant. */
const DEFINITION = {
  name: 'counting',
  version: '1.0.0',
  steps: [
    { id: 'begin', skill: 'counter.count', input: { item: 0, work: 100 } },
    {
      id: 'each',
      skill: 'counter.count',
      needs: ['begin'],
      forEach: `[${Array.from({ length: ITEMS }, (_, item) => item).join(', ')}]`,
      maxParallel: 2,
      input: { item: '${{ item }}', work: 250 },
    },
    { id: 'end', skill: 'counter.count', needs: ['each'], input: { item: 99 } },
  ],
};

const linesOf = async (file: string): Promise<string[]> => (await readFile(file, 'utf8')).split('\n').filter(Boolean);

describe('a backup of a mesh in the middle of its flows', () => {
  let before: Place;
  let after: Place;
  let dir: string;

  beforeAll(async () => {
    before = await Place.make();
    after = await Place.make();
    dir = path.join(before.dir, 'backup');
  });
  afterAll(async () => {
    await before.remove();
    await after.remove();
  });

  test('restored onto a new broker, every flow goes on and ends, and nothing that was done is done again', async () => {
    const effects = await before.file('effects', '');
    const file = await before.file('flow.json', JSON.stringify({ definition: DEFINITION }));
    const up = await before.up(['--agent', COUNTER], { env: { CHAOS_EFFECTS: effects } });
    await Promise.all(Array.from({ length: FLOWS }, (_, n) => before.cli(['submit', file, '--id', `flow-${n}`])));
    await eventually(async () => (await linesOf(effects)).length > 12, { timeout: 60_000 });

    const making = before.start(['backup', dir, '--json']);
    // nothing is handed out from here on; what is done once the backup lets it go again would be in no backup
    await eventually(() => stat(path.join(dir, 'streams-1')), { timeout: 60_000 });
    const { owner } = await before.state();
    process.kill(owner.pid, 'SIGSTOP');
    expect(await making.ended).toMatchObject({ code: 0, json: { keys: true } });
    // that was the last of this world
    process.kill(owner.pid, 'SIGKILL');
    await up.ended;
    expect((await stat(dir)).mode & 0o077).toBe(0);

    const restored = await after.cli(['restore', dir, '--json']);
    expect(restored).toMatchObject({ code: 0, json: { restored: true } });
    const again = await after.file('effects', '');
    await after.up(['--agent', COUNTER], { env: { CHAOS_EFFECTS: again } });
    const histories = [];
    for (let n = 0; n < FLOWS; n++) {
      const { code, json } = await after.about(['watch', `flow-${n}`, '--json', '--timeout', '120s']);
      expect({ code, n, json }).toMatchObject({
        code: 0,
        json: { outcome: { state: 'COMPLETED', tasks: { completed: ITEMS + 2, attempts: ITEMS + 2 } } },
      });
      histories.push((await after.cli(['flows', `flow-${n}`, '--history', '--json'])).json.history as { said: string[] }[]);
    }
    // one completion a task in each log
    for (const history of histories) {
      const completed = history.flatMap(({ said }) => said).filter((sentence) => / was completed in /.test(sentence));
      expect(completed).toHaveLength(ITEMS + 2);
    }
    // what ran in both worlds was at work when the backup was made: its result was not there yet
    const once = new Set(await linesOf(effects));
    const twice = (await linesOf(again)).filter((key) => once.has(key));
    const atWork = FLOWS * 2;
    expect(twice.length).toBeLessThanOrEqual(atWork);
    // and nothing ran twice in the new one
    expect(new Set(await linesOf(again)).size).toBe((await linesOf(again)).length);
    // the keys came along: who could sign in before can now
    expect((await after.cli(['agents', '--json'])).code).toBe(0);
  });

  test.each([
    ['a folder that holds no backup', () => before.dir, 'BAD_USAGE'],
    ['a folder that is not there', () => '/nowhere/at-all', 'BAD_USAGE'],
  ])('%s is refused', async (_what, folder, code) => {
    const place = await Place.make();
    expect(await place.cli(['restore', folder(), '--json'])).toMatchObject({ code: 2, json: { error: { code } } });
    await place.remove();
  });

  test('a backup is never written over, nor restored into a folder that was used', async () => {
    expect(await after.cli(['backup', dir, '--json'])).toMatchObject({ code: 2, json: { error: { code: 'BAD_USAGE' } } });
    expect(await before.cli(['restore', dir, '--json'])).toMatchObject({ code: 2, json: { error: { code: 'STREAM_CONFLICT' } } });
  });

  /** Kills a restore in the middle; false: it was over. */
  const killedAtWork = async (place: Place): Promise<boolean> => {
    const atWork = (): Promise<boolean> =>
      stat(path.join(place.data, 'restoring')).then(
        () => true,
        () => false,
      );
    const restoring = place.start(['restore', dir]);
    const { child } = restoring;
    await eventually(async () => child.exitCode !== null || (await atWork()), { every: 2, timeout: 60_000 });
    child.kill('SIGKILL');
    await restoring.ended;
    return atWork();
  };

  test('a restore that was killed leaves nothing that is taken for a mesh', async () => {
    const place = await Place.make();
    try {
      // it may be over before it is seen to be at work
      for (let tries = 1; !(await killedAtWork(place)) && tries < 5; tries++) await rm(place.data, { recursive: true });
      const error = { code: 'RESTORE_UNFINISHED', message: expect.stringContaining(dir) };
      expect(await place.cli(['up', '--json'])).toMatchObject({ code: 1, json: { error } });
      expect(await place.cli(['restore', dir, '--json'])).toMatchObject({ code: 1, json: { error } });
      const { code, json } = await place.cli(['doctor', '--json']);
      expect({ code, json }).toMatchObject({ code: 1, json: { ok: false } });
      expect(json.checks).toContainEqual(expect.objectContaining({ name: 'broker', state: 'failed', ...error }));
      // what it says to do
      await rm(place.data, { recursive: true });
      expect(await place.cli(['restore', dir, '--json'])).toMatchObject({ code: 0, json: { restored: true } });
      await expect(stat(path.join(place.data, 'restoring'))).rejects.toMatchObject({ code: 'ENOENT' });
    } finally {
      await place.remove();
    }
  });

  test('a file that was changed is noticed before anything is restored', async () => {
    const place = await Place.make();
    const manifest = JSON.parse(await readFile(path.join(dir, 'backup.json'), 'utf8')) as { streams: { file: string }[] };
    const file = path.join(dir, manifest.streams[0]!.file);
    const whole = await readFile(file);
    await chmod(file, 0o600);
    await appendFile(file, 'x');
    expect(await place.cli(['restore', dir, '--json'])).toMatchObject({ code: 1, json: { error: { code: 'BLOB_CORRUPT', path: file } } });
    await writeFile(file, whole);
    await writeFile(path.join(dir, 'backup.json'), JSON.stringify({ ...manifest, format: 99 }));
    expect(await place.cli(['restore', dir, '--json'])).toMatchObject({ code: 1, json: { error: { code: 'UNSUPPORTED' } } });
    await place.remove();
  });

  test('without a mesh it says so', async () => {
    expect(await run(['backup', path.join(before.dir, 'b'), '--data', path.join(before.dir, 'none'), '--json'])).toMatchObject({
      code: 3,
      json: { error: { code: 'BUS_UNREACHABLE' } },
    });
  });
});
