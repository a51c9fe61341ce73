import * as library from '@waggle/bus';
import type { Bus, Manifest } from '@waggle/bus';
import type { WaggleError } from '@waggle/protocol';

interface BusOptions {
  servers: string;
  me: string;
  seed?: string;
  manifest?: Manifest;
  name?: string;
  trusted?: boolean;
  log?: (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>) => void;
  onFatal?: (error: WaggleError) => void;
}

export const connectBus = (options: BusOptions): Promise<Bus> =>
  (library as unknown as { connectBus(options: BusOptions): Promise<Bus> }).connectBus(options);
