import { Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import { newId } from '@waggle/protocol';
import { BUS, createLog, Lifecycle, Log, Metrics, Presence, SERVICE_CONFIG } from '@waggle/service';
import { beSeen, cleanupLater } from '@waggle/testkit';
import { DEFAULTS, type CoordinatorConfig } from '../coordinator-config.js';
import { CoordinatorModule } from '../coordinator.module.js';

export interface Replica {
  readonly app: INestApplicationContext;
  readonly instance: string;
  readonly metrics: Metrics;
  readonly lines: string[];
  stop(): Promise<void>;
}

export interface ReplicaOptions extends Partial<CoordinatorConfig> {
  /** Without beats: the others serve its partitions too, and it theirs. */
  hidden?: boolean;
  /** It will die: after the tests, nobody waits for its end. */
  doomed?: boolean;
  /** By which the partitions are shared; default: one of its own. */
  instance?: string;
}

/** A coordinator over a bus of the test's choosing, so that the test can stand between the two. */
export const startReplica = async (
  bus: Bus,
  { hidden = false, doomed = false, instance = newId(), ...config }: ReplicaOptions = {},
): Promise<Replica> => {
  const lines: string[] = [];
  const log = await createLog({ service: 'coordinator', instance, level: 'warn', to: { write: (line) => lines.push(line) } });
  const metrics = new Metrics('coordinator');
  const presence = new Presence({ bus, log, instance, version: 'test' });
  const lifecycle = new Lifecycle();
  const providers = [
    { provide: BUS, useValue: bus },
    { provide: SERVICE_CONFIG, useValue: { instance } },
    { provide: Log, useValue: log },
    { provide: Metrics, useValue: metrics },
    { provide: Presence, useValue: presence },
    { provide: Lifecycle, useValue: lifecycle },
  ];
  @Global()
  @Module({ providers, exports: providers })
  class Surroundings {}
  @Module({ imports: [Surroundings, CoordinatorModule.with({ ...DEFAULTS, ...config })] })
  class Root {}
  const app = await NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
  if (!hidden) await beSeen(presence);
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await lifecycle.drain();
    await app.close();
    await presence.stop();
  };
  if (!doomed) cleanupLater(() => (stopped ??= stop()));
  // the dead answer nothing, so nobody waits for them; but their timers end
  else cleanupLater(() => void (stopped ??= Promise.allSettled([lifecycle.drain(), app.close(), presence.stop()]).then(() => undefined)));
  return {
    app,
    instance,
    metrics,
    lines,
    stop: () => (stopped ??= stop()),
  };
};
