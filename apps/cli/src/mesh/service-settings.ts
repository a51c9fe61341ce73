import type { LogLevel } from '@waggle/service';
import type { ServiceLog } from './service-log.js';

/** What a service is started with. */
export interface ServiceSettings {
  url: string;
  tenant: string;
  trusted: boolean;
  seed?: string;
  seedFile?: string;
  logLevel: LogLevel;
  log: ServiceLog;
}
