#!/usr/bin/env node
/** Starts the command line under the Node that the packages bring along, whichever Node was asked. Plain enough for Node 20. */
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const LEAST_NODE = 24;
const root = join(dirname(realpathSync(fileURLToPath(import.meta.url))), '..', '..', '..');
const main = join(root, 'apps', 'cli', 'dist', 'main.js');

const fail = (text) => {
  process.stderr.write(`error ${text}\n`);
  process.exit(1);
};

const pinnedNode = () => {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    const file = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
};

const runUnder = (node) => {
  // The channel tells the child when this process is gone, kill -9 included.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // From a terminal the child hears Ctrl-C as well; it takes two within a moment for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`INTERNAL: ${node} cannot be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
};

const start = async () => {
  if (Number(process.versions.node.split('.')[0]) < LEAST_NODE) {
    const node = pinnedNode();
    if (node === undefined)
      fail(`INTERNAL: Node ${LEAST_NODE} is needed and this is ${process.versions.node}: run \`npm ci\`, which brings it.`);
    runUnder(node);
    return;
  }
  if (!existsSync(main)) fail('INTERNAL: Waggle is not built here: run `npm run build` first (`npm ci` does it as well).');
  // The last run's compiled code, for this process and the services it starts: half the time to start. Goes without where it cannot be written.
  process.env.NODE_COMPILE_CACHE ??= join(root, '.waggle', 'cache');
  nodeModule.enableCompileCache();
  // Loading leaves little behind, but V8's space for new objects would grow for it and stay.
  setFlagsFromString('--semi-space-growth-factor=1');
  const { main: run } = await import(pathToFileURL(main).href);
  setFlagsFromString('--semi-space-growth-factor=2');
  const code = await run({ argv: process.argv.slice(2), root });
  // What was written must have left before the end: a pipe takes its time.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
};

await start();
