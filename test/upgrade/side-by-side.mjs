/**
 * A rolling upgrade with real processes: a mesh of now, and beside its coordinator one of an older checkout that was
 * built, sharing the work of the same flows while each of the two is killed in turn.
 *
 *   node test/upgrade/side-by-side.mjs OLD_CHECKOUT [--flows 40]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectBus } from '@waggle/bus';
import { WaggleClient } from '@waggle/client';
import { subjects } from '@waggle/protocol';
import { manifest } from '../../apps/cli/dist/cli.manifest.js';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { flows: { type: 'string', default: '40' } } });
const [old] = positionals;
if (!old) {
  console.error('say where an older checkout lies that was built');
  process.exit(2);
}
const root = path.resolve(import.meta.dirname, '../..');
const dir = await mkdtemp(path.join(tmpdir(), 'waggle-upgrade-'));
const processes = [];
const start = (args, env) => {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  processes.push(child);
  return { child, said: () => said };
};
const until = async (what, look) => {
  for (const end = Date.now() + 30_000; Date.now() < end; await delay(50)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`not within 30 s: ${what}`);
};
const stateOf = async () => JSON.parse(await readFile(path.join(dir, 'mesh.json'), 'utf8'));
const pidOf = (state) => state.services.find(({ name }) => name === 'coordinator')?.pid;

const definition = {
  name: 'across',
  version: '1.0.0',
  steps: [
    { id: 'plan', skill: 'echo.echo', input: { list: [1, 2, 3, 4], delay: '100ms' } },
    {
      id: 'each',
      skill: 'echo.echo',
      forEach: '${{ steps.plan.output.list }}',
      maxParallel: 2,
      input: { n: '${{ item }}', delay: '150ms' },
    },
    { id: 'last', skill: 'echo.echo', needs: ['each'], input: { delay: '50ms' } },
  ],
};
const TASKS = 6;

try {
  const up = start([path.join(root, 'apps/cli/bin/waggle.js'), '--data', dir, 'up', '--processes']);
  await until('the mesh', () => up.said().includes('ready in'));
  const { url } = await stateOf();
  const key = path.join(dir, 'keys', 'coordinator.nk');
  const startOld = () =>
    start([path.join(old, 'apps/coordinator/dist/main.js')], { NATS_URL: url, NATS_NKEY_SEED_FILE: key, LOG_LEVEL: 'warn' });
  let older = startOld();
  const seed = (await readFile(path.join(dir, 'keys', 'cli.nk'), 'utf8')).trim();
  const bus = await connectBus({ servers: url, me: 'cli', seed, manifest });
  await until('two coordinators', async () => (await bus.read('BEAT', 'wgm.beat.coordinator.*', { lastPerSubject: true })).length >= 2);
  const client = new WaggleClient(bus, { tenant: 'default' });
  const kills = { old: 0, now: 0 };
  const outcomes = [];
  for (let n = 0; n < Number(values.flows); n++) {
    const { flowId } = await client.submit({ definition, input: {} });
    outcomes.push(client.outcome(flowId, { timeout: 60_000 }));
    await delay(100);
    if (n % 10 === 4) {
      older.child.kill('SIGKILL');
      await once(older.child, 'exit');
      older = startOld();
      kills.old++;
    }
    if (n % 10 === 9) {
      const pid = pidOf(await stateOf());
      process.kill(pid, 'SIGKILL');
      kills.now++;
      await until('the coordinator of now again', async () => ![undefined, pid].includes(pidOf(await stateOf())));
    }
  }
  const wrong = [];
  for (const outcome of await Promise.all(outcomes)) {
    const { flowId, state, tasks } = outcome;
    if (state !== 'COMPLETED' || tasks.completed !== TASKS || tasks.attempts !== TASKS) wrong.push(outcome);
    const log = await bus.read('FLOW', subjects.flow('default', flowId));
    const entries = log.map((entry) => entry.json().payload);
    if (entries.some(({ n }, index) => n !== index + 1)) wrong.push({ flowId, gap: true });
    const done = entries.flatMap(({ events }) => events.filter(({ type }) => type === 'taskCompleted')).map(({ taskId }) => taskId);
    if (new Set(done).size !== TASKS || done.length !== TASKS) wrong.push({ flowId, done });
  }
  await bus.close();
  console.log(JSON.stringify({ flows: outcomes.length, kills, alive: older.child.exitCode === null, wrong }));
  process.exitCode = wrong.length > 0 ? 1 : 0;
} finally {
  for (const child of processes) if (child.exitCode === null) child.kill('SIGTERM');
  await Promise.all(processes.map((child) => (child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined)));
  await rm(dir, { recursive: true, force: true });
}
