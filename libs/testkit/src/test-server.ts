import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findBroker, startBroker, type RunningBroker } from '@waggle/broker';
import { cleanupLater } from './cleanup.js';

/** The workspace's root: the nearest folder above with a lockfile, so that all test runs share one cached server. */
const workspaceRoot = (): string => {
  let folder = process.cwd();
  while (!existsSync(join(folder, 'package-lock.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
};

let binary: Promise<string> | undefined;

/** `NATS_SERVER`, or what `findBroker` finds, builds or fetches once for the whole workspace. */
export const serverBinary = (): Promise<string> =>
  (binary ??= process.env.NATS_SERVER
    ? Promise.resolve(process.env.NATS_SERVER)
    : findBroker({ cacheDir: join(workspaceRoot(), '.waggle', 'bin') }).then(({ path }) => path));

/** A nats-server of a test file's own: free port, temporary store, stopped and removed after its tests. */
export const startTestServer = async (
  config: string,
  { synced = false }: { synced?: boolean } = {},
): Promise<RunningBroker & { dir: string }> => {
  const dir = await mkdtemp(join(tmpdir(), 'waggle-test-'));
  cleanupLater(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const server = await startBroker({ binary: await serverBinary(), dir, config, ...(synced && { sync: 'always' }) });
  // what a test wrote is of no use afterwards: no need to end in good order
  cleanupLater(() => server.kill());
  return Object.assign(server, { dir });
};
