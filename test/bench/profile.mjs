/**
 * `node test/bench/profile.mjs [--shape one|dag] [--write]`: where the coordinator's and the agent's time goes while tasks
 * (128 in flight) or DAGs (20 at once) run: self time by function, from Node's CPU profiles.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findBroker } from '@waggle/broker';
import { warmUp } from './contest.mjs';
import { cpuSeconds, throughput } from './measure.mjs';
import { startMesh } from './mesh.mjs';
import { AGENT } from './noop-agent.mjs';
import { writeIntoPage } from './page.mjs';
import { endAll, endProcess } from './processes.mjs';

const TOP = 14;
const PROFILED = ['coordinator', AGENT];
const { values } = parseArgs({
  options: {
    shape: { type: 'string', default: 'one' },
    bare: { type: 'boolean', default: false },
    top: { type: 'string', default: String(TOP) },
    write: { type: 'boolean', default: false },
  },
});

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `@nats-io/nats-core/…/protocol.js` for what was installed, `libs/bus/…` for ours, `node:…` for Node's own. */
const placeOf = (url) => {
  if (url === '') return 'native';
  const path = url
    .replace(/^file:\/\//, '')
    .replace(root, '')
    .replace('/dist/', '/');
  return path.includes('node_modules/') ? path.slice(path.lastIndexOf('node_modules/') + 13) : path;
};

/** Self time by function, in parts of the time that was not idle. */
const selfTimes = ({ nodes, samples, timeDeltas }) => {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const spent = new Map();
  let busy = 0;
  samples.forEach((id, at) => {
    const { functionName, url } = byId.get(id);
    if (functionName === '(idle)') return;
    const key = `${functionName || '(anonymous)'} | ${placeOf(url)}`;
    spent.set(key, (spent.get(key) ?? 0) + timeDeltas[at]);
    busy += timeDeltas[at];
  });
  return [...spent].map(([key, time]) => [key, (100 * time) / busy]).sort((a, b) => b[1] - a[1]);
};

const byRoom = (times) => {
  const rooms = new Map();
  for (const [key, part] of times) {
    const place = key.split(' | ')[1];
    const room = /^(libs|apps)\/[^/]+/.exec(place)?.[0] ?? /^(@[^/]+\/[^/]+|node:|native|[^/]+)/.exec(place)?.[0] ?? place;
    rooms.set(room, (rooms.get(room) ?? 0) + part);
  }
  return [...rooms].sort((a, b) => b[1] - a[1]);
};

const { path: binary } = await findBroker({ cacheDir: join(root, '.waggle', 'bin') });
const dir = await mkdtemp(join(tmpdir(), 'waggle-profile-'));
let mesh;
try {
  mesh = await startMesh(binary, {
    flagsFor: (service) =>
      !values.bare && PROFILED.includes(service) ? ['--cpu-prof', `--cpu-prof-dir=${dir}`, `--cpu-prof-name=${service}.cpuprofile`] : [],
  });
  await warmUp(() => mesh.flow('one'));
  const before = Object.entries(mesh.parts).map(([name, pid]) => [name, pid, cpuSeconds([pid])]);
  const dags = values.shape === 'dag';
  const { rate, cpuUs } = dags
    ? await throughput(150, () => mesh.flow('dag'), { width: 20, pids: mesh.pids, per: 100 })
    : await throughput(12_000, () => mesh.flow('one'), { width: 128, pids: mesh.pids });
  const tasks = dags ? 15_000 : 12_000;
  const split = before.map(([name, pid, used]) => `${name} ${(((cpuSeconds([pid]) - used) / tasks) * 1e6).toFixed(0)}`).join(', ');
  console.error(`${rate.toFixed(0)} tasks/s, ${cpuUs.toFixed(0)} us of CPU a task (${split}), profiled`);
  for (const service of mesh.services) await endProcess(service, 'SIGTERM');
  const lines = [];
  for (const file of (await readdir(dir)).sort()) {
    const times = selfTimes(JSON.parse(await readFile(join(dir, file), 'utf8')));
    lines.push(
      `**${file.replace('.cpuprofile', '')}**, by room: ${byRoom(times)
        .slice(0, 8)
        .map(([room, part]) => `${room} ${part.toFixed(0)} %`)
        .join(', ')}.`,
      '',
    );
    lines.push('| self time | function | where |', '|---|---|---|');
    for (const [key, part] of times.slice(0, Number(values.top))) {
      const [name, place] = key.split(' | ');
      lines.push(`| ${part.toFixed(1)} % | \`${name}\` | ${place} |`);
    }
    lines.push('');
  }
  const text = lines.join('\n').trim();
  console.log(text);
  if (values.write) writeIntoPage(`profile ${values.shape}`, text);
} finally {
  await endAll();
  await mesh?.stop();
  await rm(dir, { recursive: true, force: true });
}
process.exit(0);
