import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import type { Bus, Manifest } from '@waggle/bus';
import { Lifecycle } from './lifecycle.js';
import { Log } from './logging/log.js';
import { Metrics } from './metrics.js';
import { Presence } from './presence.js';
import type { ServiceConfig } from './service-config.js';
import { BUS, MANIFEST, SERVICE_CONFIG } from './tokens.js';

export interface ServiceParts {
  bus: Bus;
  config: ServiceConfig;
  manifest: Manifest;
  log: Log;
  metrics: Metrics;
  presence: Presence;
  lifecycle: Lifecycle;
}

/** Puts what every service has within reach of its own module. */
@Global()
@Module({})
export class ServiceModule {
  static around(module: Type, parts: ServiceParts): DynamicModule {
    const providers = [
      { provide: BUS, useValue: parts.bus },
      { provide: SERVICE_CONFIG, useValue: parts.config },
      { provide: MANIFEST, useValue: parts.manifest },
      { provide: Log, useValue: parts.log },
      { provide: Metrics, useValue: parts.metrics },
      { provide: Lifecycle, useValue: parts.lifecycle },
      { provide: Presence, useValue: parts.presence },
    ];
    return { module: ServiceModule, imports: [module], providers, exports: providers };
  }
}
