import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { guard } from '@waggle/broker';
import { WaggleError } from '@waggle/protocol';
import type { FoundService } from './discover.js';
import type { ServiceSettings } from './service-settings.js';
import type { Life } from './supervisor.js';

const START = 30_000;
/** Longer than a service's own bound on stopping. */
const STOP = 25_000;

/** Of the environment a service gets what it needs, and nothing of the mesh's other keys. */
const environment = ({ url, tenant, trusted, seedFile, logLevel }: ServiceSettings): NodeJS.ProcessEnv => {
  const {
    NATS_NKEY_SEED_FILE: _seed,
    NATS_URL: _url,
    WAGGLE_BROKER_URL: _broker,
    WAGGLE_CLIENT: _client,
    NODE_CHANNEL_FD: _fd,
    ...rest
  } = process.env;
  return {
    ...rest,
    NATS_URL: url,
    WAGGLE_TENANT: tenant,
    LOG_LEVEL: logLevel,
    ...(seedFile === undefined ? {} : { NATS_NKEY_SEED_FILE: seedFile }),
    ...(trusted ? { WAGGLE_TRUSTED: '1' } : {}),
  };
};

export interface ChildWatch {
  /** Resolves once the process of that number was heard on the bus. */
  heard(pid: number, signal: AbortSignal): Promise<void>;
}

/** One life of a service as a process of its own; it ends with this process, however that ends. */
export const spawnService = async (service: FoundService, settings: ServiceSettings, watch: ChildWatch): Promise<Life> => {
  // A group of its own: a Ctrl-C in the terminal is ours to pass on, when its turn has come.
  const child = spawn(process.execPath, [service.main], { env: environment(settings), stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => settings.log.write(text));
  const release = child.pid === undefined ? () => undefined : guard(child.pid, STOP / 1_000);
  const over = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(signal === null ? `it ended with code ${code ?? 1}` : `it was ended by ${signal}`));
  }).finally(release);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP);
    await over;
    clearTimeout(timer);
  };
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(), START);
  try {
    const failed = await Promise.race([
      watch.heard(child.pid ?? -1, given.signal).then(() => undefined),
      over,
      once(given.signal, 'abort').then(() => `it was not heard of within ${START / 1_000} s`),
    ]);
    if (failed !== undefined) {
      await stop();
      throw new WaggleError('INTERNAL', `${service.name} did not start: ${failed}; its log is ${settings.log.file}`);
    }
  } finally {
    clearTimeout(timer);
    given.abort();
  }
  return { pid: child.pid, over, stop };
};
