import { Inject, Injectable, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Bus, Manifest } from '@waggle/bus';
import { BUS, Lifecycle, Log, MANIFEST, Metrics, Presence, SERVICE_CONFIG, whenThere, type ServiceConfig } from '@waggle/service';
import { agentDefinition } from '../definition/agent-definition.js';
import { AgentRuntime } from '../runtime/agent-runtime.js';

/** Nest token of the class that carries `@Agent`. */
export const AGENT_CLASS = Symbol('AGENT_CLASS');

/** Of the time a service may take to stop, what its tasks get to end by themselves. */
const WORK_PART = 0.5;

/** Runs the agent of a Nest module: started when all of the module is there, drained before any of it goes. */
@Injectable()
export class AgentHost implements OnApplicationBootstrap {
  constructor(
    @Inject(AGENT_CLASS) private readonly agent: Type,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(SERVICE_CONFIG) private readonly config: ServiceConfig,
    @Inject(MANIFEST) private readonly manifest: Manifest,
    private readonly modules: ModuleRef,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const get = <T>(type: Type<T>): T => this.modules.get(type, { strict: false });
    const { bus, config, manifest } = this;
    const runtime = new AgentRuntime({
      bus,
      definition: agentDefinition(get(this.agent) as object),
      instance: config.instance,
      log: get(Log),
      metrics: get(Metrics),
      presence: get(Presence),
      tenant: manifest.tenant,
    });
    // provisioning may come after the agent: its queues are waited for as the broker is
    await whenThere(
      () => runtime.start(),
      config,
      (error, delay) => {
        get(Lifecycle).waitingFor = `the queues of ${manifest.name} are not there yet: ${error.message}`;
        get(Log).warn('the queues are not there yet: trying again', { error, delay });
      },
    );
    get(Lifecycle).onDrain(() => runtime.stop(config.stopTimeout * WORK_PART));
  }
}
