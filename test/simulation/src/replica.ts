import 'reflect-metadata';
import type { Bus } from '@waggle/bus';
import { service } from '@waggle/coordinator';
import { BUS, Lifecycle, Log, Metrics, Presence, SERVICE_CONFIG } from '@waggle/service';

type Constructor = new (...given: unknown[]) => Hooks;
type Token = Constructor | symbol | string;

interface Hooks {
  onModuleInit?(): unknown;
  onApplicationBootstrap?(): unknown;
}

interface FactoryProvider {
  provide: Token;
  useFactory: () => unknown;
}

const isFactory = (provider: Constructor | FactoryProvider): provider is FactoryProvider => typeof provider !== 'function';
const tokenOf = (provider: Constructor | FactoryProvider): Token => (isFactory(provider) ? provider.provide : provider);

const DEPENDENCIES = 'design:paramtypes';
const NAMED_DEPENDENCIES = 'self:paramtypes';

/** The coordinator's providers, as its module names them. */
const providers = Reflect.getMetadata('providers', service.module) as (Constructor | FactoryProvider)[];

const dependenciesOf = (type: Constructor): Token[] => {
  const found = [...((Reflect.getMetadata(DEPENDENCIES, type) as Token[] | undefined) ?? [])];
  const named = (Reflect.getMetadata(NAMED_DEPENDENCIES, type) as { index: number; param: Token }[] | undefined) ?? [];
  for (const { index, param } of named) found[index] = param;
  return found;
};

const silent = { child: () => silent } as Record<string, unknown>;
for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) silent[level] = () => undefined;

/** Figures of all replicas together: nobody looks at them. */
const metrics = new Metrics('coordinator');

export interface ReplicaOptions {
  bus: Bus;
  instance: string;
  /** Told of every line of its log. */
  say?: (line: LogLine) => void;
}

export interface LogLine {
  level: string;
  message: string;
  fields: Record<string, unknown>;
}

const logTo = (say: NonNullable<ReplicaOptions['say']>): Log => {
  const logger: Record<string, unknown> = { child: () => logger };
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    logger[level] = (fields: Record<string, unknown>, message: string) => say({ level, message, fields });
  return new Log(logger as never);
};

/**
 * The coordinator, wired as its module says and without Nest around it: that one takes a hundred times as long to start.
 * Same constructors, same order of starting.
 */
export const startReplica = async ({ bus, instance, say }: ReplicaOptions): Promise<void> => {
  const log = say ? logTo(say) : new Log(silent as never);
  const presence = new Presence({ bus, log, instance, version: 'simulated' });
  const made = new Map<Token, unknown>([
    [BUS, bus],
    [SERVICE_CONFIG, { instance }],
    [Log, log],
    [Metrics, metrics],
    [Presence, presence],
    [Lifecycle, new Lifecycle()],
  ] as [Token, unknown][]);
  const known = new Map<Token, Constructor | FactoryProvider>(providers.map((provider) => [tokenOf(provider), provider]));
  const make = (token: Token): unknown => {
    if (made.has(token)) return made.get(token);
    const provider = known.get(token);
    if (provider === undefined) throw new Error(`nothing provides ${typeof token === 'function' ? token.name : String(token)}`);
    const value = isFactory(provider) ? provider.useFactory() : new provider(...dependenciesOf(provider).map(make));
    made.set(token, value);
    return value;
  };
  for (const token of known.keys()) make(token);
  const parts = [...made.values()].filter((value): value is Hooks => typeof value === 'object' && value !== null);
  await Promise.all(parts.map((part) => part.onModuleInit?.()));
  for (const part of parts) await part.onApplicationBootstrap?.();
  await presence.start();
};
