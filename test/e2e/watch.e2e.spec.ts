import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { eventually } from '@waggle/testkit';
import { ROOT } from './cli-process.js';
import { BOUND, Place } from './place.js';

jest.setTimeout(BOUND);

const REPORTER = path.join(ROOT, 'test/e2e/reporting-agent');

/** Waits for a signal before it does anything. */
const HELD = `name: held
steps:
  - { id: gate, wait: { signal: go } }
  - { id: say, skill: echo.echo, needs: [gate], input: { text: hi } }
`;

interface Line {
  kind: 'status' | 'progress';
  flowId: string;
  contextId?: string;
  userId?: string;
  status?: { state: string; fraction: number };
  progress?: { fraction: number; message?: string };
}

/** Those that are whole: the last one may still come. */
const linesOf = (stdout: string): Line[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

describe('watching several flows', () => {
  let place: Place;
  /** Once it is there, the reporter's tasks are done. */
  let enough: string;

  /** Watches until it has seen enough. */
  const watched = async (which: string[], isEnough: (lines: Line[]) => boolean): Promise<Line[]> => {
    const watching = place.start(['watch', ...which, '--json']);
    await eventually(() => isEnough(linesOf(watching.stdout)), { timeout: 60_000 });
    watching.child.kill('SIGINT');
    const { code, stdout } = await watching.ended;
    expect(code).toBe(130);
    return linesOf(stdout);
  };
  const flowsOf = (lines: Line[]): string[] =>
    [...new Set(lines.filter(({ kind }) => kind === 'status').map(({ flowId }) => flowId))].sort();

  beforeAll(async () => {
    place = await Place.make();
    enough = path.join(place.dir, 'enough');
    await place.up(['--agent', REPORTER]);
    const task = await place.file('task.json', JSON.stringify({ skill: 'reporter.report', input: { seconds: 600, until: enough } }));
    await place.cli(['submit', task, '--id', 'one', '--context', 'thread-1', '--user', 'ann']);
    await place.cli(['submit', task, '--id', 'two', '--context', 'thread-1', '--user', 'ben']);
    await place.cli(['submit', task, '--id', 'three', '--context', 'thread-2', '--user', 'ann']);
    await place.cli(['run', 'echo.echo', '-i', 'delay=700ms', '--id', 'over', '--context', 'thread-1']);
  });
  afterAll(() => place.remove());

  test('a late joiner of a thread sees what is so far, also what has ended, then what agents say live; nothing of others', async () => {
    const saidOf = (lines: Line[]): Line[] => lines.filter(({ kind, flowId }) => kind === 'progress' && flowId === 'one');
    const lines = await watched(['--context', 'thread-1'], (seen) => flowsOf(seen).length > 2 && saidOf(seen).length > 9);
    expect([...new Set(lines.map(({ flowId }) => flowId))].sort()).toEqual(['one', 'over', 'two']);
    expect(lines.find(({ flowId }) => flowId === 'one')).toMatchObject({ kind: 'status', contextId: 'thread-1', userId: 'ann' });
    expect(lines.find(({ flowId }) => flowId === 'over')!.status!.state).toBe('COMPLETED');
    const times = saidOf(lines).map(({ progress }) => Number(/^part \d+ at (\d+) ms$/.exec(progress!.message!)![1]));
    // at most five a second for a task, by the agent's own clock
    expect(times.length).toBeLessThanOrEqual((times.at(-1)! - times[0]!) / 200 + 3);
  });

  test('of a user, and of the whole mesh', async () => {
    expect(flowsOf(await watched(['--user', 'ann'], (seen) => flowsOf(seen).length > 1))).toEqual(['one', 'three']);
    expect(flowsOf(await watched(['--all'], (seen) => flowsOf(seen).length > 2))).toEqual(['one', 'three', 'two']);
  });

  test('for as long as is said', async () => {
    expect(await place.cli(['watch', '--all', '--timeout', '500ms', '--json'])).toMatchObject({ code: 0 });
  });

  test('one flow: its status and what agents say, then its end', async () => {
    const watching = place.start(['watch', 'one', '--json', '--timeout', '120s']);
    await watching.says('"agent":"reporter"');
    await writeFile(enough, '');
    const { code, stdout } = await watching.ended;
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { status?: object; progress?: { agent: string }; outcome?: { state: string } });
    expect(lines.some(({ progress }) => progress?.agent === 'reporter')).toBe(true);
    expect(lines.at(-1)!.outcome!.state).toBe('COMPLETED');
  });

  test('a mesh that is killed and started again elsewhere is followed: it says so once, goes on and ends with the outcome', async () => {
    const held = await place.file('held.yaml', HELD);
    const told = place.start(['run', held, '--id', 'held', '--timeout', '200s']);
    const many = place.start(['watch', '--all', '--json', '--timeout', '200s']);
    await told.says('gate WAITING');
    await many.says('"flowId":"held"');
    await place.cli(['memory', 'set', 'shared', 'before', '1']);
    const memory = place.start(['memory', 'watch', 'shared', '--json']);
    const locks = place.start(['locks', 'watch', '--json']);
    const watchers = [many, memory, locks];
    await Promise.all([memory.says('"key":"before"'), locks.says('"locks":')]);
    const { owner, url } = await place.state();
    process.kill(owner.pid, 'SIGKILL');
    await Promise.all([told.says('is lost'), ...watchers.map((watcher) => watcher.says('"state":"lost"'))]);
    await place.up(['--agent', REPORTER]);
    expect((await place.state()).url).not.toBe(url);
    await Promise.all([told.says('connected again'), ...watchers.map((watcher) => watcher.says('"state":"restored"'))]);
    await place.cli(['memory', 'set', 'shared', 'after', '2']);
    await memory.says('"key":"after"');
    expect(await place.cli(['signal', 'held', 'notify', '--name', 'go'])).toMatchObject({ code: 0 });
    const { code, stderr } = await told.ended;
    expect(code).toBe(0);
    expect(stderr.match(/is lost/g)).toHaveLength(1);
    expect(stderr.match(/gate WAITING/g)).toHaveLength(1);
    expect(stderr).toContain('✔ COMPLETED held');
    await many.says(/"state":"COMPLETED".*"flowId":"held"/);
  });

  test.each([[['watch']], [['watch', 'one', '--all']], [['watch', '--all', '--out', 'x']]])('%j is bad usage', async (args) => {
    expect(await place.cli([...args, '--json'])).toMatchObject({ code: 2, json: { error: { code: 'BAD_USAGE' } } });
  });
});
