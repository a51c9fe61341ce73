/** Processes of a benchmark: started with a name, ready when they say so, ended by their id, and with the bench however that ends. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { guard } from '@waggle/broker';

const started = new Set();

/** Starts a Node process and resolves when it prints a line that says it is ready; `quiet`: its warnings and errors are expected; `talks`: by messages too. */
export const startProcess = (file, { args = [], flags = [], env = {}, ready = /^READY$/, quiet = false, talks = false } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, file, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit', ...(talks ? ['ipc'] : [])],
    });
    started.add(child);
    const unguard = guard(child.pid);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (ready.test(line)) resolve(child);
      if (process.env.BENCH_VERBOSE || (!quiet && /"level":"?(error|warn|[45]0)/.test(line))) console.error(line);
    });
    child.once('exit', (code) => {
      started.delete(child);
      unguard();
      reject(new Error(`${file} ${args.join(' ')} ended with ${code} before it was ready`));
    });
  });

/** SIGTERM where it is to end in good order (a profile is written then), SIGKILL else. */
export const endProcess = async (child, signal = 'SIGKILL') => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
};

export const endAll = (signal) => Promise.all([...started].map((child) => endProcess(child, signal)));
