import { execFileSync, spawn } from 'node:child_process';
import { mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { eventually } from '@waggle/testkit';
import { cli as run, CliProcess, ROOT, type CliOptions, type Result } from './cli-process.js';
import { BOUND, Place } from './place.js';

jest.setTimeout(BOUND);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
/** A service may take twenty seconds to end where its broker is gone, and is killed after twenty-five. */
const gone = (pids: number[]): Promise<boolean> => eventually(() => pids.every((pid) => !isAlive(pid)), { timeout: 60_000 });

describe('the command line on a mesh', () => {
  let place: Place;
  let up: CliProcess;

  beforeAll(async () => {
    place = await Place.make();
    up = await place.up();
  });
  afterAll(() => place.remove());

  test('runs a skill to its end: result on stdout, the rest on stderr', async () => {
    const { code, stdout, stderr } = await place.cli(['run', 'echo.echo', '--input', 'text=hello', '-i', 'n=5']);
    expect(JSON.parse(stdout)).toEqual({ text: 'hello', n: 5 });
    expect(stderr).toContain('COMPLETED');
    expect(code).toBe(0);
  });

  test('a submission under the same id changes nothing; another one under it is refused', async () => {
    const task = JSON.stringify({ payload: { skill: 'echo.echo', input: { text: 'once' } } });
    const first = await place.cli(['submit', '-', '--id', 'once', '--watch', '--json'], { input: task });
    expect(first.json).toMatchObject({ outcome: { flowId: 'once', state: 'COMPLETED', output: { text: 'once' } } });
    expect(await place.cli(['submit', '-', '--id', 'once', '--json'], { input: task })).toMatchObject({
      code: 0,
      json: { flowId: 'once' },
    });
    const other = await place.cli(['submit', '-', '--id', 'once', '--json'], { input: task.replace('once', 'twice') });
    expect(other).toMatchObject({ code: 2, json: { error: { code: 'FLOW_ID_TAKEN' } } });
  });

  test('Ctrl-C and --timeout end the watching and not the flow; cancel ends the flow', async () => {
    const task = await place.file('slow.json', JSON.stringify({ skill: 'echo.echo', input: { delay: '10m' } }));
    expect(await place.cli(['submit', task, '--id', 'slow'])).toMatchObject({ code: 0, stdout: 'slow\n' });
    expect(await place.about(['flows', 'slow'])).toMatchObject({ code: 0 });
    const watching = place.start(['watch', 'slow']);
    await watching.says('WORKING');
    watching.child.kill('SIGINT');
    const interrupted = await watching.ended;
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toContain('flow slow goes on');
    expect(await place.cli(['watch', 'slow', '--timeout', '300ms', '--json'])).toMatchObject({
      code: 4,
      json: { error: { code: 'TIMED_OUT' } },
    });
    expect(await place.cli(['signal', 'slow', 'cancel', '--json'])).toMatchObject({ code: 0, json: { sent: true } });
    expect(await place.cli(['watch', 'slow', '--json'])).toMatchObject({ code: 1, json: { outcome: { state: 'CANCELED' } } });
    expect(await place.cli(['flows', '--state', 'CANCELED', '--json'])).toMatchObject({
      json: { flows: [{ flowId: 'slow', owner: 'cli' }] },
    });
  });

  test('shows who is there, checks the mesh, and says where a task would go', async () => {
    const { json } = await place.cli(['agents', '--json']);
    const names = (json.agents as { name: string; state: string }[]).filter(({ state }) => state === 'available').map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'echo',
        'workspace',
        'tech-debt-tracker',
        'security-auditor',
        'reviewer',
        'coordinator',
        'registry',
        'sessions',
      ]),
    );
    expect((await place.cli(['agents', 'echo'])).stdout).toContain('echo.echo');
    expect(await place.cli(['doctor', '--json'])).toMatchObject({ code: 0, json: { ok: true } });
    expect(await place.cli(['doctor', 'route', 'echo.echo', '--json'])).toMatchObject({ code: 0, json: { reaches: true } });
    expect(await place.cli(['doctor', 'route', 'no.such', '--json'])).toMatchObject({
      code: 1,
      json: { reaches: false, code: 'NO_AGENT' },
    });
  });

  test('runs a workflow on a folder given as a path', async () => {
    await place.file('tree/a.ts', 'export const a = 1; // TODO: more\n');
    const { code, json } = await place.cli([
      'run',
      'repo-audit',
      '--input',
      `workspace=${path.join(place.dir, 'tree')}`,
      '--json',
      '--out',
      path.join(place.dir, 'made'),
    ]);
    expect(json).toMatchObject({ outcome: { state: 'COMPLETED', output: { summary: { files: 1 } } } });
    expect(code).toBe(0);
    expect(JSON.parse(await readFile(path.join(place.dir, 'made', 'report.json'), 'utf8'))).toMatchObject({ workspace: { analysed: 1 } });
  });

  test('a new agent is let in, takes what waited for it, and is turned out again, with no connection of others dropped', async () => {
    const waiting = place.start(['run', 'words.count', '--input', 'text="a b a"', '--id', 'waiting', '--json']);
    await waiting.says('NO_AGENT');
    expect((await place.cli(['flows', 'waiting'])).stdout).toContain('waits for an agent that offers words.count (NO_AGENT)');

    const allowed = await place.cli(['allow', 'word-counter', '--agent', '--json']);
    expect(allowed.code).toBe(0);
    const asClient = await place.cli(['allow', 'word-counter', '--client', '--json']);
    expect(asClient).toMatchObject({ code: 2, json: { error: { message: 'word-counter was let in before, as an agent' } } });
    const { NATS_NKEY_SEED_FILE: seedFile } = allowed.json;
    expect((await stat(seedFile)).mode & 0o777).toBe(0o600);
    const agent = spawn(process.execPath, [path.join(ROOT, 'examples/word-count-agent/dist/main.js')], {
      env: { ...process.env, ...allowed.json },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    place.children.push(agent);
    let log = '';
    agent.stdout.setEncoding('utf8').on('data', (text: string) => (log += text));

    expect(await waiting.ended).toMatchObject({ code: 0, json: { outcome: { output: { words: 3 } } } });
    expect(log).not.toContain('lost');
    expect(await place.cli(['revoke', 'word-counter'])).toMatchObject({ code: 0 });
    await eventually(() => log.includes('connection to the broker lost'), { timeout: 60_000 });
    agent.kill('SIGKILL');
    const logs = await Promise.all(
      ['coordinator', 'echo', 'registry'].map((name) => readFile(path.join(place.data, 'logs', `${name}.log`), 'utf8')),
    );
    for (const each of logs) expect(each).not.toContain('lost');
    expect(await place.cli(['revoke', 'word-counter', '--json'])).toMatchObject({ code: 2, json: { error: { code: 'BAD_USAGE' } } });
  });

  test('`env` is what a shell can evaluate, and names no secret', async () => {
    const { stdout } = await place.cli(['env']);
    const seen = execFileSync(
      '/bin/sh',
      ['-c', `${stdout}\necho "$NATS_URL $NATS_INBOX_PREFIX $WAGGLE_CLIENT"; cat "$NATS_NKEY_SEED_FILE"`],
      { encoding: 'utf8' },
    );
    const [line, seed] = seen.trim().split('\n') as [string, string];
    expect(line).toBe(`${(await place.state()).url} _INBOX.client client`);
    expect(seed).toMatch(/^SU/);
    const all = [stdout, up.stdout, up.stderr, await readFile(path.join(place.data, 'mesh.json'), 'utf8')].join('\n');
    expect(all).not.toMatch(/\bSU[A-Z2-7]{56}\b/);
  });

  const BAD: [string, string[], number, string][] = [
    ['an unknown command', ['floss'], 2, 'BAD_USAGE'],
    ['an unknown option', ['flows', '--nope'], 2, 'BAD_USAGE'],
    ['an unknown flow', ['watch', 'nobody-knows'], 2, 'FLOW_UNKNOWN'],
    ['an unknown workflow', ['run', 'nope'], 2, 'WORKFLOW_UNKNOWN'],
    ['a workflow without its input', ['run', 'repo-audit'], 2, 'INVALID_INPUT'],
    ['a workflow with a wrong input', ['run', 'repo-audit', '-i', 'workspace=7'], 2, 'INVALID_INPUT'],
    ['a workspace that is not there', ['run', 'repo-audit', '-i', 'workspace=/nowhere/at-all'], 2, 'PATH_INVALID'],
    ['an input that is no field', ['run', 'echo.echo', '-i', 'nothing'], 2, 'BAD_USAGE'],
    ['an input file that is not there', ['run', 'echo.echo', '-i', '@/nowhere.json'], 2, 'BAD_USAGE'],
    ['a duration that is none', ['watch', 'x', '--timeout', 'soon'], 2, 'BAD_USAGE'],
    ['a signal that is none', ['signal', 'x', 'explode'], 2, 'BAD_USAGE'],
    ['a file that is not there', ['submit', '/nowhere.json'], 2, 'BAD_USAGE'],
    ['an agent that nobody saw', ['agents', 'nobody'], 2, 'BAD_USAGE'],
    ['a code that is none', ['explain', 'NO_SUCH'], 2, 'CODE_UNKNOWN'],
    ['a name that is none', ['allow', 'a b', '--agent'], 2, 'BAD_USAGE'],
    ['a name of the house', ['allow', 'coordinator', '--agent'], 2, 'BAD_USAGE'],
    ['nobody in particular', ['allow', 'somebody'], 2, 'BAD_USAGE'],
    ['a second mesh on the folder', ['up'], 1, 'ALREADY_RUNNING'],
  ];
  test.each(BAD)('%s is refused with its exit code and code', async (...[, args, code, expected]) => {
    const refused = await place.cli([...args, '--json']);
    expect(refused.json).toMatchObject({ error: { code: expected, remedy: expect.any(String) } });
    expect(refused.code).toBe(code);
  });

  test('what is not JSON, and what is refused by the coordinator, ends in its code', async () => {
    expect(await place.cli(['submit', '-', '--json'], { input: '{' })).toMatchObject({ code: 2, json: { error: { code: 'BAD_JSON' } } });
    const rejected = await place.cli(['submit', '-', '--watch', '--json'], { input: '{"skill":"echo.echo","input":{"delay":-1}}' });
    expect(rejected).toMatchObject({ code: 2, json: { outcome: { state: 'REJECTED', errors: [{ code: 'INVALID_INPUT' }] } } });
  });

  test('a broken workflow is named with line and column', async () => {
    const file = await place.file('broken.yaml', 'name: broken\nsteps:\n  - id: a\n    skill: echo.echo\n    needs: [b]\n');
    const { code, json } = await place.cli(['workflows', 'validate', file, '--json']);
    expect(json).toMatchObject({
      error: { code: 'INVALID_DEFINITION', problems: [{ path: expect.stringMatching(/broken\.yaml:5:\d+/) }] },
    });
    expect(code).toBe(2);
    expect(await place.cli(['workflows', 'validate', path.join(ROOT, 'workflows/repo-audit.yaml')])).toMatchObject({ code: 0 });
  });

  test('Ctrl-C stops all of it with 0 and leaves nothing running', async () => {
    const { owner, broker } = await place.state();
    up.child.kill('SIGINT');
    expect((await up.ended).code).toBe(0);
    await gone([owner.pid, broker.pid]);
    await expect(place.state()).rejects.toThrow('ENOENT');
    expect(await place.cli(['flows', '--json'])).toMatchObject({ code: 3, json: { error: { code: 'BUS_UNREACHABLE' } } });
  });
});

describe('services as processes', () => {
  let place: Place;
  beforeAll(async () => {
    place = await Place.make();
  });
  afterAll(() => place.remove());

  test('each has its own, a killed one comes back, and none outlives a killed `up`', async () => {
    const up = await place.up(['--processes']);
    const before = await place.state();
    const pids = before.services.map(({ pid }) => pid);
    expect(new Set(pids).size).toBe(pids.length);
    const { json } = await place.cli(['agents', '--json']);
    const shown = (json.agents as { instances: { pid: number }[] }[]).flatMap(({ instances }) => instances.map(({ pid }) => pid));
    expect(shown.sort()).toEqual([...pids].sort());

    const coordinator = before.services.find(({ name }) => name === 'coordinator')!.pid;
    process.kill(coordinator, 'SIGKILL');
    await up.says(/coordinator pid \d+ again/);
    process.kill(before.broker.pid, 'SIGKILL');
    expect(await place.cli(['run', 'echo.echo', '-i', 'text=still', '--json', '--timeout', '90s'])).toMatchObject({ code: 0 });

    const now = await place.state();
    process.kill(up.child.pid!, 'SIGKILL');
    await gone([...now.services.map(({ pid }) => pid), now.owner.pid]);
    await eventually(async () => (await place.cli(['agents', '--json'])).code === 3, { timeout: 60_000 });

    const again = await place.up();
    again.child.kill('SIGTERM');
    expect((await again.ended).code).toBe(0);
  });
});

describe('the demo', () => {
  let place: Place;
  const demo = (target: string, options?: CliOptions): Promise<Result> =>
    run(['demo', target, '--out', path.join(place.dir, 'report'), '--json'], options);
  beforeAll(async () => {
    place = await Place.make();
  });
  afterAll(() => place.remove());

  test('audits a folder with awkward files, ends by itself, and writes its report', async () => {
    await place.file('code/good.py', 'import os\n\ndef run(command):\n    os.system(command)  # TODO: quote\n');
    await place.file('code/latin1.ts', Buffer.from([0x63, 0x61, 0x66, 0xe9]));
    await place.file('code/picture.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]));
    const { code, json, stdout } = await demo(path.join(place.dir, 'code'));
    expect({ code, stdout }).toMatchObject({ code: 0 });
    // what had to be decoded is analysed, and told of
    expect(json.report.summary).toMatchObject({ files: 2, notAnalysed: 2 });
    const report = JSON.parse(await readFile(path.join(place.dir, 'report/report.json'), 'utf8'));
    expect(report.notAnalysed.map(({ file }: { file: string }) => file).sort()).toEqual(['latin1.ts', 'picture.png']);
    const page = await readFile(path.join(place.dir, 'report/report.html'), 'utf8');
    expect(page).toContain('How the audit ran');
    expect(JSON.parse(await readFile(path.join(place.dir, 'report/report.sarif'), 'utf8')).version).toBe('2.1.0');
  });

  test('a path that cannot be audited is refused with a code', async () => {
    const file = await place.file('a-file.ts', 'export {};\n');
    await mkdir(path.join(place.dir, 'empty'));
    for (const target of ['/nowhere/at-all', file, path.join(place.dir, 'empty')]) {
      expect(await demo(target)).toMatchObject({ code: 2, json: { error: { code: 'PATH_INVALID' } } });
    }
  });
});

describe('the launcher', () => {
  const older = ['/usr/bin/node', '/usr/local/bin/node'].find((file) => {
    try {
      return Number(execFileSync(file, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' })) < 24;
    } catch {
      return false;
    }
  });

  (older ? test : test.skip)('runs under the pinned Node when asked by an older one, and keeps the exit code', async () => {
    expect(await run(['explain', 'no-agnt', '--json'], { node: older })).toMatchObject({
      code: 2,
      json: { error: { code: 'CODE_UNKNOWN' } },
    });
    expect(await run(['explain', 'NO_AGENT'], { node: older })).toMatchObject({ code: 0 });
  });

  test.each([
    ['an option that is none', ['--data', 'run', 'flows', '--nothing'], 'See `waggle flows --help`.'],
    ['an argument that is missing', ['memory', 'get', 'x'], 'See `waggle memory get --help`.'],
    ['what the command itself refuses', ['signal', 'x', 'modify'], 'See `waggle signal --help`.'],
    ['a group alone', ['memory'], 'See `waggle memory --help`.'],
    ['a command of others', ['cancel', 'x'], 'Say `waggle signal ID cancel`.'],
  ])('names what helps: %s', async (_what, args, remedy) => {
    expect(await run([...args, '--json'])).toMatchObject({ code: 2, json: { error: { code: 'BAD_USAGE', remedy } } });
  });

  test('help, version and completion', async () => {
    expect((await run(['--help'])).code).toBe(0);
    expect(await run([])).toMatchObject({ code: 2, stderr: expect.stringContaining('a command is missing or unknown') as string });
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+/);
    const { stdout } = await run(['completion', 'bash']);
    execFileSync('/bin/bash', ['-n'], { input: stdout });
    expect(stdout).toContain('submit');
  });
});
