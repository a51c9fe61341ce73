import type { ServiceDefinition } from '@waggle/service';
import { manifest } from './sessions.manifest.js';
import { SessionsModule } from './sessions.module.js';

export const service: ServiceDefinition = { manifest, module: SessionsModule };
