import { agentService, type ServiceDefinition } from '@waggle/agent';
import { manifest } from './tech-debt-tracker.manifest.js';
import { TechDebtTrackerModule } from './tech-debt-tracker.module.js';

export const service: ServiceDefinition = agentService(TechDebtTrackerModule, manifest);
