import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { connectBus, type Bus } from '@waggle/bus';
import type { WaggleError } from '@waggle/protocol';
import type { RunningService, ServiceDefinition, ServiceHealth } from './definition.js';
import { serveHealth } from './health/health-endpoint.js';
import { HealthServer } from './health/health-server.js';
import { Lifecycle } from './lifecycle.js';
import { createLog, type Log } from './logging/log.js';
import { NestLog } from './logging/nest-log.js';
import { Metrics } from './metrics.js';
import { Presence } from './presence.js';
import { readServiceConfig, type ServiceConfig } from './service-config.js';
import { ServiceModule, type ServiceParts } from './service.module.js';
import { enableTraceContext } from './tracing/start-tracing.js';
import { whenThere } from './when-there.js';

const CONNECT_TIMEOUT = 2_000;

/**
 * Starts a service in this process: bus, Nest module, card and beats, in this order. A broker that is not there yet is
 * waited for (`startTimeout`). Fails with `CONFIG_INVALID`, `NATS_RIGHTS_MISSING`, `NATS_VERSION`, or what the module
 * throws; then nothing is left running. It never ends the process: that is `runService`'s.
 */
export const startService = async (definition: ServiceDefinition, given: Partial<ServiceConfig> = {}): Promise<RunningService> => {
  const config = readServiceConfig(given);
  const log = await createLog({ service: definition.manifest.name, instance: config.instance, level: config.logLevel, to: config.logTo });
  enableTraceContext();
  const starting = new StartedService(definition, config, log);
  try {
    await starting.start();
    return starting;
  } catch (error) {
    await starting.stop();
    throw error;
  }
};

class StartedService implements RunningService {
  bus!: Bus;
  app!: INestApplicationContext;
  readonly ended: Promise<WaggleError | undefined>;
  private end!: (error: WaggleError | undefined) => void;
  private readonly metrics: Metrics;
  private readonly lifecycle = new Lifecycle();
  private http?: HealthServer;
  private presence?: Presence;
  private up = false;
  private stopping?: Promise<void>;
  private fatal?: WaggleError;

  constructor(
    private readonly definition: ServiceDefinition,
    private readonly config: ServiceConfig,
    private readonly log: Log,
  ) {
    this.metrics = new Metrics(definition.manifest.name);
    this.ended = new Promise((resolve) => (this.end = resolve));
  }

  get health(): ServiceHealth {
    if (this.stopping !== undefined) return { ready: false, reasons: ['stopping'] };
    if (this.bus === undefined) return { ready: false, reasons: ['the broker is not reached yet'] };
    const { ready, reasons } = this.bus.health;
    if (!ready) return { ready, reasons };
    return this.up ? { ready, reasons } : { ready: false, reasons: [this.lifecycle.waitingFor ?? 'starting'] };
  }

  get httpPort(): number | undefined {
    return this.http?.port;
  }

  async start(): Promise<void> {
    const { manifest, version = '0.1.0' } = this.definition;
    const { config, log, metrics } = this;
    if (config.httpPort !== undefined) {
      metrics.ofProcess();
      this.http = await HealthServer.listen(config.httpPort, () => this.health, metrics);
    }
    this.bus = await this.connect();
    const violations = metrics.gauge('waggle_nats_violations', 'Subjects that the broker refused to this process');
    this.bus.onHealth((now) => violations.set(now.violations));
    const presence = new Presence({ bus: this.bus, log, instance: config.instance, version });
    this.presence = presence;
    this.app = await this.createApp({ bus: this.bus, config, manifest, log, metrics, presence, lifecycle: this.lifecycle });
    await serveHealth(this.bus, manifest, () => this.health);
    const facts = manifest.publishes ?? [];
    if (manifest.pullsTasks || (facts.includes('card') && facts.includes('beat')))
      await whenThere(
        () => presence.start(),
        config,
        (error, delay) => log.warn('the broker does not store the card: trying again', { error, delay }),
      );
    if (this.fatal !== undefined) throw this.fatal;
    this.up = true;
    log.info('up', { http: this.httpPort, broker: this.bus.connection.serverVersion });
  }

  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  private async shutDown(): Promise<void> {
    const { log, config } = this;
    log.info('stopping');
    const late = new AbortController();
    const bound = sleep(config.stopTimeout, 'late' as const, { signal: late.signal }).catch(() => undefined);
    if ((await Promise.race([this.closeAll(), bound])) === 'late') {
      log.error('stopping took too long: what is left is dropped, its queues hand it on', { stopTimeout: config.stopTimeout });
    }
    late.abort();
    await this.http?.close();
    log.info('stopped');
    this.end(this.fatal);
  }

  /** What is at work first, then the module, the last beat, and the bus that all of it went over. */
  private async closeAll(): Promise<void> {
    const steps = [() => this.lifecycle.drain(), () => this.app?.close(), () => this.presence?.stop(), () => this.bus?.close()];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        this.log.error('a part did not stop cleanly', { error });
      }
    }
  }

  private connect(): Promise<Bus> {
    const { config, log, definition } = this;
    const { manifest } = definition;
    return whenThere(
      () =>
        connectBus({
          servers: config.servers,
          me: manifest.name,
          seed: config.seed,
          manifest,
          trusted: config.trusted,
          connectTimeout: CONNECT_TIMEOUT,
          name: `${manifest.name}/${config.instance}`,
          log: (level, message, fields) => log[level](message, fields),
          onFatal: (error) => this.onFatal(error),
        }),
      config,
      (error, delay) => log.warn('the broker is not ready: trying again', { error, delay }),
    );
  }

  private async createApp(parts: ServiceParts): Promise<INestApplicationContext> {
    const { module, transport } = this.definition;
    const root = ServiceModule.around(module, parts);
    const options = { logger: new NestLog(this.log), abortOnError: false };
    if (transport === undefined) {
      return NestFactory.createApplicationContext(root, options);
    }
    const app = await NestFactory.createMicroservice(root, { ...options, strategy: transport(parts.bus) });
    this.app = app;
    await app.listen();
    return app;
  }

  private onFatal(error: WaggleError): void {
    this.fatal ??= error;
    this.log.error('the bus cannot go on', { error });
    void this.stop();
  }
}
