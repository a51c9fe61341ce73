import { agentService, type ServiceDefinition } from '@waggle/agent';
import { manifest } from './echo.manifest.js';
import { EchoModule } from './echo.module.js';

export const service: ServiceDefinition = agentService(EchoModule, manifest);
