import { agentService, type ServiceDefinition } from '@waggle/agent';
import { manifest } from './security-auditor.manifest.js';
import { SecurityAuditorModule } from './security-auditor.module.js';

export const service: ServiceDefinition = agentService(SecurityAuditorModule, manifest);
