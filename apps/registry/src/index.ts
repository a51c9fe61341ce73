import type { ServiceDefinition } from '@waggle/service';
import { manifest } from './registry.manifest.js';
import { RegistryModule } from './registry.module.js';

export const service: ServiceDefinition = { manifest, module: RegistryModule };
