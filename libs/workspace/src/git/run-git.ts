import { spawn } from 'node:child_process';

const TIMEOUT = 10_000;
const MAX_OUTPUT = 32 * 1024 * 1024;

/** Nothing that a repository's own settings name is started, fetched or written. */
const SAFE = ['--no-pager', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'log.showSignature=false'];
const ENV = { GIT_OPTIONAL_LOCKS: '0', GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };

/** What git prints, or undefined when it is not there, refuses, takes longer than 10 s or prints more than 32 MiB. Never throws. */
export const runGit = (folder: string, args: readonly string[], signal?: AbortSignal): Promise<string | undefined> =>
  new Promise((resolve) => {
    const child = spawn('git', [...SAFE, '-C', folder, ...args], {
      env: { ...process.env, ...ENV },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: TIMEOUT,
      signal,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_OUTPUT) child.kill();
      else chunks.push(chunk);
    });
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => resolve(code === 0 && size <= MAX_OUTPUT ? Buffer.concat(chunks).toString('utf8') : undefined));
  });
