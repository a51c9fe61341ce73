import { provisionBucket } from '@waggle/bus';

export interface ProvisionLocksOptions {
  /** `nats://host:port`, several parted by commas. nats-server 2.14 or newer, with JetStream. */
  servers: string;
  /** The nkey seed of a user `provisioner` who may make streams; none: a broker without accounts. */
  seed?: string;
  /** What the bucket may hold, at least 1 MiB; default 64 MiB. A full one refuses renewals. */
  bytes?: number;
}

/** Makes the bucket that locks live in, for use without the rest of Waggle, whose own provisioning has it. Idempotent. `BUS_…`, `STORAGE_FULL`, `NATS_VERSION`, `BAD_USAGE`. */
export const provision = (options: ProvisionLocksOptions): Promise<void> => provisionBucket({ ...options, bucket: 'LOCKS' });
