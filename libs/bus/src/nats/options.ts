import type { WaggleError } from '@waggle/protocol';
import type { Manifest } from '../permissions/manifest.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** How a process joins the bus. */
export interface BusOptions {
  /** `nats://host:port`, several parted by commas. */
  servers: string;
  /** The name this process signs in with: the speaker token of its subjects. */
  me: string;
  /** The text of an nkey seed. As a function it is asked at each connection, so that a key may be rotated. */
  seed?: string | (() => string);
  /** Compared with the rights the broker grants; its kind decides whether an account border lies between. */
  manifest?: Manifest;
  /** A broker without accounts or rights: no border, no self-check. */
  trusted?: boolean;
  /** Shown in the broker's list of connections; default `me`. */
  name?: string;
  /** Milliseconds the first connection is tried for; default 10 s. Later ones are tried for ever. */
  connectTimeout?: number;
  log?: (level: LogLevel, message: string, fields?: Record<string, unknown>) => void;
  /** Something was lost that this process cannot mend (rights, a queue, the connection): it should end. */
  onFatal?: (error: WaggleError) => void;
}
