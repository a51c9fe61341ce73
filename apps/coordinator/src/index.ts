import type { ServiceDefinition } from '@waggle/service';
import { manifest } from './coordinator.manifest.js';
import { CoordinatorModule } from './coordinator.module.js';

export const service: ServiceDefinition = { manifest, module: CoordinatorModule };
