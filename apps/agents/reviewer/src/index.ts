import { agentService, type ServiceDefinition } from '@waggle/agent';
import { manifest } from './reviewer.manifest.js';
import { ReviewerModule } from './reviewer.module.js';

export const service: ServiceDefinition = agentService(ReviewerModule, manifest);
