import { startService } from '@waggle/service';
import type { FoundService } from './discover.js';
import { loadService } from './load-module.js';
import type { ServiceSettings } from './service-settings.js';
import type { Life } from './supervisor.js';

const START = 30_000;

/** One life of a service inside this process, with a connection and a key of its own. */
export const hostService = async (service: FoundService, settings: ServiceSettings, signal: AbortSignal): Promise<Life> => {
  const definition = await loadService(service.entry);
  const running = await startService(definition, {
    servers: settings.url,
    seed: settings.seed,
    tenant: settings.tenant,
    trusted: settings.trusted,
    logLevel: settings.logLevel,
    logTo: settings.log,
    startTimeout: START,
    signal,
  });
  return {
    pid: process.pid,
    over: running.ended.then((error) => error?.message ?? 'it stopped'),
    stop: () => running.stop(),
  };
};
