/** Processes of a benchmark: started with a name, ready when they say so, ended by their id. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const started = new Set();

/** Starts a Node process and resolves when it prints READY. */
export const startProcess = (file, args = [], env = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--max-semi-space-size=2', file, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started.add(child);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'READY') resolve(child);
      else if (process.env.BENCH_VERBOSE) console.error(line);
    });
    child.once('exit', (code) => {
      started.delete(child);
      reject(new Error(`${file} ${args.join(' ')} ended with ${code} before it was ready`));
    });
  });

export const endProcess = async (child) => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
};

export const endAll = () => Promise.all([...started].map(endProcess));
