import { codeOf } from '@waggle/protocol';
import type { RunningService, ServiceDefinition } from './definition.js';
import { createLog, type Log } from './logging/log.js';
import { LOG_LEVELS, readServiceConfig, type LogLevel, type ServiceConfig } from './service-config.js';
import { startService } from './start-service.js';
import { startTracing } from './tracing/start-tracing.js';

const levelOf = (env: NodeJS.ProcessEnv): LogLevel => LOG_LEVELS.find((level) => level === env.LOG_LEVEL?.toLowerCase()) ?? 'info';

/**
 * A service as a process of its own, configured by the environment (`readServiceConfig`). SIGTERM and SIGINT stop it
 * gracefully, a second one at once (130). Exit codes: 0 stopped when asked, 1 it failed, 2 its configuration is wrong.
 */
export const runService = async (definition: ServiceDefinition): Promise<void> => {
  const { name } = definition.manifest;
  const log = await createLog({ service: name, instance: String(process.pid), level: levelOf(process.env) });
  dieOfBugs(log);
  const stop = stopSignals();
  try {
    const config = readServiceConfig({ signal: stop.signal });
    const stopTracing = await startTracing(name);
    const failed = await untilStopped(definition, config, stop.signal);
    await stopTracing().catch((error: unknown) => log.warn('the last spans were not exported', { error }));
    process.exit(failed ? 1 : 0);
  } catch (error) {
    if (stop.signal.aborted) process.exit(0);
    log.error('cannot start', { code: codeOf(error), error });
    process.exit(codeOf(error) === 'CONFIG_INVALID' ? 2 : 1);
  }
};

const untilStopped = async (definition: ServiceDefinition, config: ServiceConfig, asked: AbortSignal): Promise<boolean> => {
  const running: RunningService = await startService(definition, config);
  if (asked.aborted) await running.stop();
  asked.addEventListener('abort', () => void running.stop(), { once: true });
  return (await running.ended) !== undefined;
};

const stopSignals = (): AbortController => {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
  }
  return stop;
};

/** A promise nobody handled, an error nobody caught: the state is unknown, so the process ends and is started again. */
const dieOfBugs = (log: Log): void => {
  const die = (error: unknown): void => {
    log.error('a bug: nobody handled this', { error });
    process.exit(1);
  };
  process.on('unhandledRejection', die);
  process.on('uncaughtException', die);
};
