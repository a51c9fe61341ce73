import 'reflect-metadata';
import type { Bus } from '@waggle/bus';
import { BUS, Lifecycle, Log, Metrics, Presence, SERVICE_CONFIG } from '@waggle/service';
import { beSeen } from './be-seen.js';

type Constructor = new (...given: never[]) => object;
type Token = Constructor | symbol | string;

interface Hooks {
  onModuleInit?(): unknown;
  onApplicationBootstrap?(): unknown;
}

interface FactoryProvider {
  provide: Token;
  useFactory: () => unknown;
}

export interface LogLine {
  level: string;
  message: string;
  fields: Record<string, unknown>;
}

export interface ReplicaOptions {
  bus: Bus;
  instance: string;
  /** Told of every line of its log. */
  say?: (line: LogLine) => void;
}

const PROVIDERS = 'providers';
const DEPENDENCIES = 'design:paramtypes';
const NAMED_DEPENDENCIES = 'self:paramtypes';
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** Figures of all replicas in this process together: nobody looks at them. */
const metrics = new Metrics('replica');

const isFactory = (provider: Constructor | FactoryProvider): provider is FactoryProvider => typeof provider !== 'function';

const dependenciesOf = (type: Constructor): Token[] => {
  const found = [...((Reflect.getMetadata(DEPENDENCIES, type) as Token[] | undefined) ?? [])];
  const named = (Reflect.getMetadata(NAMED_DEPENDENCIES, type) as { index: number; param: Token }[] | undefined) ?? [];
  for (const { index, param } of named) found[index] = param;
  return found;
};

const logTo = (say: NonNullable<ReplicaOptions['say']>): Log => {
  const logger: Record<string, unknown> = { child: () => logger };
  for (const level of LEVELS) logger[level] = (fields: Record<string, unknown>, message: string) => say({ level, message, fields });
  return new Log(logger as never);
};

/**
 * A core service over a bus of the test's choosing, wired as its module says and without Nest around it, which takes a
 * hundred times as long to start: the same constructors, started in the same order. It is never stopped in good order.
 */
export const startReplica = async (module: object, { bus, instance, say = () => undefined }: ReplicaOptions): Promise<void> => {
  const log = logTo(say);
  const presence = new Presence({ bus, log, instance, version: 'test' });
  const made = new Map<Token, unknown>([
    [BUS, bus],
    [SERVICE_CONFIG, { instance }],
    [Log, log],
    [Metrics, metrics],
    [Presence, presence],
    [Lifecycle, new Lifecycle()],
  ] as [Token, unknown][]);
  const providers = Reflect.getMetadata(PROVIDERS, module) as (Constructor | FactoryProvider)[];
  const known = new Map<Token, Constructor | FactoryProvider>(
    providers.map((provider) => [isFactory(provider) ? provider.provide : provider, provider]),
  );
  const make = (token: Token): unknown => {
    if (made.has(token)) return made.get(token);
    const provider = known.get(token);
    if (provider === undefined) throw new Error(`nothing provides ${typeof token === 'function' ? token.name : String(token)}`);
    const value = isFactory(provider) ? provider.useFactory() : new provider(...(dependenciesOf(provider).map(make) as never[]));
    made.set(token, value);
    return value;
  };
  for (const token of known.keys()) make(token);
  const parts = [...made.values()].filter((value): value is Hooks => typeof value === 'object' && value !== null);
  await Promise.all(parts.map((part) => part.onModuleInit?.()));
  for (const part of parts) await part.onApplicationBootstrap?.();
  await beSeen(presence);
};
