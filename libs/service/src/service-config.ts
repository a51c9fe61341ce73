import { readFileSync } from 'node:fs';
import { newId, problem, TOKEN, WaggleError, type Problem } from '@waggle/protocol';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a service is told from outside. Times are milliseconds. */
export interface ServiceConfig {
  /** Broker addresses, comma separated. */
  servers: string;
  /** The nkey seed it signs in with; none on a broker that asks for none. */
  seed?: string;
  /** The tenant of what it submits itself. */
  tenant: string;
  /** One account for all, as on a broker without the generated accounts. */
  trusted: boolean;
  /** This process of the service; new at each start. */
  instance: string;
  logLevel: LogLevel;
  /** Where log lines go; standard output by default, pretty on a TTY. */
  logTo?: { write(line: string): void };
  /** Loopback port of `/live`, `/ready` and `/metrics`; 0 takes a free one, none by default. */
  httpPort?: number;
  /** How long to try to reach the broker at start; for ever by default. */
  startTimeout?: number;
  /** How long a graceful stop may take. */
  stopTimeout: number;
  /** Gives up starting. */
  signal?: AbortSignal;
}

const text = (env: NodeJS.ProcessEnv, name: string): string | undefined => env[name]?.trim() || undefined;

const readSeed = (file: string, problems: Problem[]): string | undefined => {
  try {
    const seed = readFileSync(file, 'utf8').trim();
    if (/^SU[A-Z2-7]{56}$/.test(seed)) return seed;
    problems.push(problem('CONFIG_INVALID', 'The file does not hold the seed of a user nkey.', 'NATS_NKEY_SEED_FILE'));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    problems.push(problem('CONFIG_INVALID', `The file cannot be read (${why}).`, 'NATS_NKEY_SEED_FILE'));
  }
  return undefined;
};

const readPort = (value: string | undefined, problems: Problem[]): number | undefined => {
  if (value === undefined) return undefined;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  problems.push(problem('CONFIG_INVALID', `"${value}" is not a port.`, 'WAGGLE_HTTP_PORT'));
  return undefined;
};

/**
 * The configuration of a service from NATS_URL, NATS_NKEY_SEED_FILE, WAGGLE_TENANT, WAGGLE_TRUSTED, WAGGLE_INSTANCE,
 * LOG_LEVEL and WAGGLE_HTTP_PORT; what is given in code comes first. Fails with `CONFIG_INVALID` and every problem,
 * its path the variable's name.
 */
export const readServiceConfig = (given: Partial<ServiceConfig> = {}, env: NodeJS.ProcessEnv = process.env): ServiceConfig => {
  const problems: Problem[] = [];
  const seedFile = text(env, 'NATS_NKEY_SEED_FILE');
  const config: ServiceConfig = {
    servers: text(env, 'NATS_URL') ?? 'nats://127.0.0.1:4222',
    tenant: text(env, 'WAGGLE_TENANT') ?? 'default',
    trusted: ['1', 'true', 'yes'].includes(text(env, 'WAGGLE_TRUSTED')?.toLowerCase() ?? ''),
    instance: text(env, 'WAGGLE_INSTANCE') ?? newId(),
    logLevel: (text(env, 'LOG_LEVEL')?.toLowerCase() ?? 'info') as LogLevel,
    httpPort: given.httpPort ?? readPort(text(env, 'WAGGLE_HTTP_PORT'), problems),
    seed: given.seed ?? (seedFile === undefined || given.servers !== undefined ? undefined : readSeed(seedFile, problems)),
    stopTimeout: 20_000,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
  if (!LOG_LEVELS.includes(config.logLevel)) {
    problems.push(problem('CONFIG_INVALID', `"${config.logLevel}" is none of ${LOG_LEVELS.join(', ')}.`, 'LOG_LEVEL'));
  }
  if (!TOKEN.test(config.tenant)) problems.push(problem('CONFIG_INVALID', `"${config.tenant}" is not a name.`, 'WAGGLE_TENANT'));
  if (!TOKEN.test(config.instance)) problems.push(problem('CONFIG_INVALID', `"${config.instance}" is not a name.`, 'WAGGLE_INSTANCE'));
  if (problems.length > 0) {
    const told = problems.map(({ path, message }) => `${path}: ${message}`).join(' ');
    throw new WaggleError('CONFIG_INVALID', told, { problems });
  }
  return config;
};
