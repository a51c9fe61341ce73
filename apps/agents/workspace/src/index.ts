import { agentService, type ServiceDefinition } from '@waggle/agent';
import { manifest } from './workspace.manifest.js';
import { WorkspaceAgentModule } from './workspace.module.js';

export const service: ServiceDefinition = agentService(WorkspaceAgentModule, manifest);
