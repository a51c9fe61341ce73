import { spawn } from 'node:child_process';

/**
 * Ends `pid` when this process is gone, however it went (kill -9 included): a small shell waits for the end of a
 * pipe that only we hold open, then sends SIGTERM, and SIGKILL after `grace` seconds. It is in a process group of its
 * own, so that a Ctrl-C does not end it first. Call the returned function once the guarded process has ended.
 */
export const guard = (pid: number, grace = 5): (() => void) => {
  const script = 'read -r _; kill -TERM "$1"; sleep "$2"; kill -KILL "$1"';
  const watcher = spawn('/bin/sh', ['-c', script, 'guard', String(pid), String(grace)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Without a shell there is no guard, and the next start still finds the orphan by its file.
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  (watcher.stdin as unknown as { unref(): void }).unref();
  return () => watcher.kill('SIGKILL');
};
