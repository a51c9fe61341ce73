import { spawn } from 'node:child_process';

/** Waits for the end of its input, then ends `$1`, by force after `$2` seconds. Stops looking once it is gone. */
const SCRIPT = `
read -r _
kill -TERM "$1"
left="$2"
while kill -0 "$1" && [ "$left" -gt 0 ]; do sleep 1; left=$((left - 1)); done
[ "$left" -gt 0 ] || kill -KILL "$1"
`;

/**
 * Ends `pid` when this process is gone, however it went (kill -9 included): a small shell waits for the end of a
 * pipe that only we hold open, then sends SIGTERM, and SIGKILL after `grace` seconds. It is in a process group of its
 * own, so that a Ctrl-C does not end it first. Call the returned function once the guarded process has ended.
 */
export const guard = (pid: number, grace = 5): (() => void) => {
  const watcher = spawn('/bin/sh', ['-c', SCRIPT, 'guard', String(pid), String(grace)], {
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
