import type { INestApplicationContext, Type } from '@nestjs/common';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { Bus, Manifest } from '@waggle/bus';
import type { WaggleError } from '@waggle/protocol';

/** A service as others start it: what it may say and hear, and the Nest module that does it. */
export interface ServiceDefinition {
  manifest: Manifest;
  module: Type;
  /** Shown on its card; default `0.1.0`. */
  version?: string;
  /** Makes it a Nest microservice whose controllers hear through this strategy; without it, an application context. */
  transport?: (bus: Bus) => CustomTransportStrategy;
}

export interface ServiceHealth {
  ready: boolean;
  /** Why not, for people. */
  reasons: string[];
}

export interface RunningService {
  readonly bus: Bus;
  readonly app: INestApplicationContext;
  /** Ready: up, and its bus is. */
  readonly health: ServiceHealth;
  /** Where `/live`, `/ready` and `/metrics` are served, if they are. */
  readonly httpPort?: number;
  /** Resolves once it has stopped: with the error when it stopped by itself. */
  readonly ended: Promise<WaggleError | undefined>;
  /** Graceful: takes nothing new, lets work end or hands it back, closes the bus. Bounded by `stopTimeout`. */
  stop(): Promise<void>;
}
