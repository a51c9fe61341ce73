/**
 * `node test/bench/idle.mjs [--files N] [--write]`: what `waggle up` takes before anybody asks it for anything (the broker
 * cached), and what an audit of N source files (parts of node_modules) takes in time and in memory of all its processes.
 */
import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findBroker } from '@waggle/broker';
import { median, residentMb } from './measure.mjs';
import { machine, writeIntoPage } from './page.mjs';

const STARTS = 3;
const SETTLE = 5_000;
const SAMPLE = 200;
const SOURCES = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.py']);

const { values } = parseArgs({ options: { files: { type: 'string', default: '5000' }, write: { type: 'boolean', default: false } } });
const wanted = Number(values.files);
const root = fileURLToPath(new URL('../..', import.meta.url));

const waggle = (args) => {
  const env = { ...process.env };
  for (const name of ['WAGGLE_BROKER_URL', 'WAGGLE_DATA']) delete env[name];
  return spawn(process.execPath, [join(root, 'apps/cli/bin/waggle.js'), '--json', ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
};

/** A process and all that stem from it: name and resident megabytes by process id. */
const family = async (pid) => {
  const parents = new Map();
  for (const name of await readdir('/proc')) {
    const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : '';
    if (stat !== '') parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const found = new Map();
  for (const id of parents.keys()) {
    let of = id;
    while (of !== pid && parents.has(of)) of = parents.get(of);
    if (of !== pid) continue;
    const name = (await readFile(`/proc/${id}/comm`, 'utf8').catch(() => '')).trim();
    const mb = await Promise.resolve()
      .then(() => residentMb(id))
      .catch(() => 0);
    if (name !== '' && mb > 0) found.set(id, { name, mb });
  }
  return found;
};

const sum = (processes) => [...processes.values()].reduce((total, { mb }) => total + mb, 0);

/** One start of the mesh: milliseconds until it was up, and megabytes once it has been idle for a while. */
const idleMesh = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'waggle-idle-'));
  const began = performance.now();
  const mesh = waggle(['--data', dir, 'up']);
  const over = new Promise((resolve) => mesh.once('exit', resolve));
  const ready = new Promise((resolve) =>
    createInterface({ input: mesh.stdout }).on(
      'line',
      (line) => JSON.parse(line).ready !== undefined && resolve(performance.now() - began),
    ),
  );
  try {
    const took = await Promise.race([ready, over.then((code) => Promise.reject(new Error(`waggle up ended with ${code}`)))]);
    await pause(SETTLE);
    return { took, processes: await family(mesh.pid) };
  } finally {
    mesh.kill('SIGTERM');
    await over;
    await rm(dir, { recursive: true, force: true });
  }
};

/** Copies so many source files out of node_modules. */
const copySources = async (into) => {
  const from = join(root, 'node_modules');
  let count = 0;
  for (const folder of (await readdir(from)).sort()) {
    for (const entry of await readdir(join(from, folder), { recursive: true, withFileTypes: true }).catch(() => [])) {
      if (count >= wanted) return count;
      if (!entry.isFile() || !SOURCES.has(extname(entry.name))) continue;
      const file = join(entry.parentPath, entry.name);
      const to = join(into, relative(from, file).replaceAll('node_modules', 'modules'));
      await mkdir(dirname(to), { recursive: true });
      await copyFile(file, to);
      count++;
    }
  }
  return count;
};

/** An audit from the command to its report, and the peak of all its processes together. */
const auditSources = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'waggle-audit-'));
  const data = await mkdtemp(join(tmpdir(), 'waggle-idle-'));
  try {
    const files = await copySources(dir);
    const began = performance.now();
    const demo = waggle(['--data', data, 'demo', dir, '-o', join(data, 'report')]);
    let last = '';
    createInterface({ input: demo.stdout }).on('line', (line) => (last = line));
    const over = new Promise((resolve) => demo.once('exit', resolve));
    let peak = new Map();
    let running = true;
    void over.then(() => (running = false));
    while (running) {
      const now = await family(demo.pid);
      if (sum(now) > sum(peak)) peak = now;
      await Promise.race([pause(SAMPLE), over]);
    }
    const code = await over;
    const { report } = JSON.parse(last || '{}');
    if (report === undefined) throw new Error(`the audit ended with ${code} and no report: ${last}`);
    return { files, took: performance.now() - began, peak, summary: report.summary };
  } finally {
    await rm(dir, { recursive: true, force: true });
    await rm(data, { recursive: true, force: true });
  }
};

const named = (processes) => [...processes.values()].map(({ name, mb }) => `${basename(name)} ${mb.toFixed(0)}`).join(' + ');
const met = (is) => (is ? 'met' : 'missed');

const starts = [];
for (let n = 0; n < STARTS; n++) starts.push(await idleMesh());
const took = median(starts.map((start) => start.took)) / 1000;
const mb = median(starts.map(({ processes }) => sum(processes)));
const audit = await auditSources();
const { path: binary } = await findBroker({ cacheDir: join(root, '.waggle', 'bin') });
const text = [
  machine(binary),
  '',
  '| what | is | goal |',
  '|---|---|---|',
  `| idle mesh in one process, resident with its broker (median of ${STARTS} starts) | ${mb.toFixed(0)} MB (${named(starts.at(-1).processes)}) | ≤ 200 MB: ${met(mb <= 200)} |`,
  `| from the command to ready, broker cached (median of ${STARTS}) | ${took.toFixed(1)} s | ≤ 3 s: ${met(took <= 3)} |`,
  `| audit of ${audit.files} source files, from the command to the report (${audit.summary.findings} findings) | ${(audit.took / 1000).toFixed(1)} s | ≤ 90 s: ${met(audit.took <= 90_000)} |`,
  `| peak resident memory of all its processes | ${sum(audit.peak).toFixed(0)} MB (${named(audit.peak)}) | < 1024 MB: ${met(sum(audit.peak) < 1024)} |`,
].join('\n');
console.log(text);
if (values.write) writeIntoPage('idle', text);
