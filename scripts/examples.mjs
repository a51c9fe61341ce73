/** Runs the examples as their READMEs say: the Python client and the agent that joins while its task waits beside a real mesh, the locked file by itself. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { environment, node, root } from './run.mjs';

const waggle = path.join(root, 'apps/cli/bin/waggle.js');
const data = path.join(root, '.waggle', 'examples');
const venv = path.join(root, '.waggle', 'venv');
const python = path.join(venv, 'bin', 'python');
const client = path.join(root, 'examples/python-client/client.py');
const env = environment({ WAGGLE_DATA: data, NO_COLOR: '1' });

/** Output of a command; with `status`, that exit code is expected. */
const output = (command, args, { status = 0, with: more = {} } = {}) => {
  const ended = spawnSync(command, args, { cwd: root, env: { ...env, ...more }, encoding: 'utf8', timeout: 120_000 });
  assert.equal(
    ended.status,
    status,
    `${path.basename(command)} ${args.join(' ')} ended with ${ended.status}: ${ended.stderr}${ended.stdout}`,
  );
  return ended.stdout;
};

/** `export NAME=value` lines as an object. */
const exported = (lines) =>
  Object.fromEntries([...lines.matchAll(/^export (\w+)='?([^'\n]*)'?$/gm)].map(([, name, value]) => [name, value]));

/** Why the Python example cannot run here; undefined where it can. What it needs may be there already, without a package index. */
const pythonLacks = () => {
  const works = (command, args) => spawnSync(command, args, { cwd: root, env, stdio: 'ignore', timeout: 120_000 }).status === 0;
  const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--quiet', '--retries', '1', '--timeout', '10'];
  const wanted = ['-r', path.join(root, 'examples/python-client/requirements.txt')];
  if (!works('python3', ['--version'])) return 'there is no python3 here';
  if (!works(python, ['-m', 'pip', '--version'])) {
    rmSync(venv, { recursive: true, force: true });
    if (!works('python3', ['-m', 'venv', venv])) return 'python3 makes no virtual environment here (module venv)';
  }
  if (!works(python, [...pip, ...wanted])) return 'pip cannot install its requirements here';
  return undefined;
};

const started = [];
const start = (args, { ready, with: more = {} }) =>
  new Promise((resolve, reject) => {
    const child = spawn(node, args, { cwd: root, env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
    started.push(child);
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on('line', (line) => line.includes(ready) && resolve(child));
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}`)));
  });

const stop = async (child) => {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  return ended;
};

let skipped = 0;
rmSync(data, { recursive: true, force: true });
try {
  const mesh = await start([waggle, 'up'], { ready: 'ready in' });
  const signIn = exported(output(node, [waggle, 'env']));
  const lacking = pythonLacks();
  if (lacking === undefined) {
    const done = JSON.parse(output(python, [client, 'echo.echo', '{"hello": "world"}'], { with: signIn }));
    assert.deepEqual([done.state, done.output], ['COMPLETED', { hello: 'world' }]);
    const refused = JSON.parse(output(python, [client, 'echo.echo', '{"delay": {}}'], { with: signIn, status: 1 }));
    assert.equal(refused.state, 'REJECTED');
    assert.match(refused.errors[0].path, /input\.delay/);
    console.log('examples/python-client: a task done, a bad one rejected by its path');
  } else {
    skipped++;
    console.log(`examples/python-client: SKIPPED, ${lacking}`);
  }
  const task = path.join(root, 'examples/word-count-agent/task.json');
  output(node, [waggle, 'submit', task, '--id', 'waits-for-words']);
  const rights = exported(output(node, [waggle, 'allow', 'word-counter', '--agent']));
  await start(['examples/word-count-agent/dist/main.js'], { ready: '"up"', with: rights });
  const counted = JSON.parse(output(node, [waggle, 'watch', 'waits-for-words', '--timeout', '60s', '--quiet']));
  assert.equal(counted.words, 6);
  console.log('examples/word-count-agent: joined a running mesh, and the task that waited for it was done');
  assert.equal(await stop(started.pop()), 0);
  assert.equal(await stop(mesh), 0);
  const edited = output(node, ['examples/locked-file/dist/main.js']);
  assert.match(edited, /with locks: +ann 60 of 60, bob 60 of 60/);
  assert.doesNotMatch(edited, /without: +ann 60 of 60, bob 60 of 60/);
  console.log('examples/locked-file: no line lost under locks, many without');
  console.log(`examples: ${3 - skipped} passed, 0 failed${skipped ? `, ${skipped} skipped` : ''}`);
} finally {
  for (const child of started) child.kill('SIGKILL');
}
