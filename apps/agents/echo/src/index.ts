import { agentService } from '@waggle/agent';
import type { ServiceDefinition } from '@waggle/service';
import { manifest } from './echo.manifest.js';
import { EchoModule } from './echo.module.js';

export const service: ServiceDefinition = agentService(EchoModule, manifest);
