import { spawn } from 'node:child_process';

export interface ExecuteOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds until it is killed. */
  timeout: number;
  /** Kills it. */
  signal?: AbortSignal;
}

export interface Executed {
  /** 0 is good; -1: it could not be started, or took too long. */
  code: number;
  stdout: string;
  /** The last of what it said, or why it could not run: for messages. */
  said: string;
}

const KEPT = 256 * 1024;
const keep = (text: string, more: Buffer): string => (text + more.toString('utf8')).slice(-KEPT);
const lastLines = (text: string, lines: number): string => text.trim().split('\n').slice(-lines).join('\n');

/** Runs a program to its end, without a shell, keeping the last of its output. Never throws: a program that is not there is code -1. */
export const execute = (program: string, args: readonly string[], options: ExecuteOptions): Promise<Executed> =>
  new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: options.signal,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    let failed = '';
    const timer = setTimeout(() => {
      failed = `gave up after ${options.timeout / 1000} s`;
      child.kill('SIGKILL');
    }, options.timeout);
    child.stdout.on('data', (chunk: Buffer) => (stdout = keep(stdout, chunk)));
    child.stderr.on('data', (chunk: Buffer) => (stderr = keep(stderr, chunk)));
    const end = (code: number): void => {
      clearTimeout(timer);
      resolve({ code, stdout, said: lastLines([stderr || stdout, failed].filter(Boolean).join('\n'), 4) });
    };
    child.on('error', (error) => {
      failed = error.message;
      end(-1);
    });
    child.on('close', (code) => end(failed === '' ? (code ?? -1) : -1));
  });
