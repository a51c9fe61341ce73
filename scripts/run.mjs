/** What the scripts share: running a tool under the pinned Node, one after the other. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');
const bin = path.join(root, 'node_modules', '.bin');

/** The pinned Node's binary: the machine's own may be older. */
export const node = createRequire(import.meta.url).resolve('node/bin/node');

export const environment = (extra = {}) => ({
  ...process.env,
  PATH: [path.dirname(node), bin, process.env.PATH].join(path.delimiter),
  ...extra,
});

/** Runs a command with inherited output, killed after `limit` milliseconds; answers its exit code (1 when a signal ended it). */
export const run = (command, args, { env = {}, cwd = root, limit } = {}) => {
  const { status, error } = spawnSync(command, args, {
    cwd,
    env: environment(env),
    stdio: 'inherit',
    timeout: limit,
    killSignal: 'SIGKILL',
  });
  if (error) console.error(`${command}: ${error.message}`);
  return status ?? 1;
};

/** Runs a file of ours or of a package under the pinned Node. */
export const runNode = (file, args, options) => run(node, [file, ...args], options);

export const packageBin = (name, file) => path.join(root, 'node_modules', name, file);
