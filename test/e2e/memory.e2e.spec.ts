import { eventually } from '@waggle/testkit';
import { BOUND, Place } from './place.js';

jest.setTimeout(BOUND);

describe('what agents share, at the command line', () => {
  let place: Place;

  beforeAll(async () => {
    place = await Place.make();
    await place.up();
  });
  afterAll(() => place.remove());

  const json = async (...args: string[]) => (await place.cli([...args, '--json'])).json;

  test('memory is written over versions, listed, watched, and taken back', async () => {
    const watching = place.start(['memory', 'watch', 'demo', '--json']);
    const { version } = await json('memory', 'set', 'demo', 'plan', '{"steps":["read"]}', '--expect', '0');
    await watching.says('"key":"plan"');
    await json('sessions', 'demo', '--checkpoint', 'start');
    await json('memory', 'merge', 'demo', 'plan', '{"owner":"ada"}');
    expect(await json('memory', 'get', 'demo', 'plan')).toMatchObject({
      value: { steps: ['read'], owner: 'ada' },
      by: 'cli',
      write: 'merge',
    });
    expect(await place.cli(['memory', 'set', 'demo', 'plan', 'late', '--expect', String(version), '--json'])).toMatchObject({
      code: 1,
      json: { error: { code: 'VERSION_CONFLICT' } },
    });
    const { undo } = await json('sessions', 'demo', '--roll-back', 'start');
    expect((await json('memory', 'history', 'demo', 'plan')).versions.map(({ write }: { write: string }) => write)).toEqual([
      'rollback',
      'merge',
      'set',
    ]);
    expect(await json('sessions', 'demo')).toMatchObject({ open: true, rollbacks: [{ to: 'start', undo }] });
    expect((await place.cli(['memory', 'list', 'demo'])).stdout).toContain('{"steps":["read"]}');
    expect(await place.cli(['memory', 'get', 'demo', 'nothing'])).toMatchObject({ code: 2 });
    watching.child.kill('SIGINT');
    await watching.ended;
  });

  test('a step waits for its turn in the line that `resources` shows', async () => {
    await json('resources', 'db', '--slots', '1');
    const slow = {
      name: 'turns',
      version: '1.0.0',
      steps: [{ id: 'a', skill: 'echo.echo', uses: [{ resource: 'db' }], input: { delay: '10m' } }],
    };
    const submit = async (id: string) =>
      place.cli(['submit', await place.file(`${id}.json`, JSON.stringify({ definition: slow })), '--id', id]);
    await submit('first');
    await eventually(async () => (await json('resources', 'db')).resources[0].holders.length === 1, { timeout: 60_000 });
    await submit('second');
    await eventually(async () => (await json('resources', 'db')).resources[0].queue.length === 1, { timeout: 60_000 });
    expect((await place.cli(['flows', 'second'])).stdout).toContain('waits for its turn at db');
    expect((await place.cli(['resources'])).stdout).toMatch(/db 1\/1 in use, 1 waiting[\s\S]*has it +first a[\s\S]*0 +second a/);
    await json('signal', 'first', 'cancel');
    await eventually(async () => (await json('resources', 'db')).resources[0].holders[0]?.owner.flow.flowId === 'second', {
      timeout: 60_000,
    });
    await json('signal', 'second', 'cancel');
  });
});
