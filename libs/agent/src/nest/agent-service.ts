import { Module, type Type } from '@nestjs/common';
import { agentManifest, type Manifest } from '@waggle/bus';
import { runService, type ServiceDefinition } from '@waggle/service';
import { AGENT_CLASS, AgentHost } from './agent-host.js';
import { findAgent } from './find-agent.js';

/**
 * The service of an agent: a Nest module that provides one `@Agent` class. The manifest is `agentManifest(name)` unless
 * another is given. Fails with `INVALID_DEFINITION` when the module provides none, or several.
 */
export const agentService = (module: Type, manifest?: Manifest): ServiceDefinition => {
  const { type, options } = findAgent(module);
  class AgentModule {}
  Module({ imports: [module], providers: [AgentHost, { provide: AGENT_CLASS, useValue: type }] })(AgentModule);
  return { manifest: manifest ?? agentManifest(options.name), module: AgentModule, version: options.version };
};

/** Runs an agent as a process of its own: `main.ts` needs nothing else. See `runService` for the environment and exit codes. */
export const bootstrapAgent = (module: Type, manifest?: Manifest): Promise<void> => runService(agentService(module, manifest));
