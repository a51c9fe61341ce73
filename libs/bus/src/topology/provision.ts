import type { NatsConnection } from '@nats-io/nats-core';
import { bucketStream, DEFAULT_PARTITIONS, WaggleError, type BucketName } from '@waggle/protocol';
import { checkManifests } from '../permissions/check-manifests.js';
import type { Manifest } from '../permissions/manifest.js';
import { consumersOf, partitionConsumers, retentionConsumers, type ConsumerSettings } from './consumer-table.js';
import { ensureConsumer, ensureStream, readStream, type Ensured } from './ensure.js';
import { inputWithSources, partitionsOf } from './input-sources.js';
import { asProvisioner, type ProvisionerConnection } from './provisioner-connection.js';
import { refuseUnfinished } from './restore-mark.js';
import { DEFAULT_STORAGE, LEAST_STORAGE, streamTable } from './stream-table.js';

const LEAST_BUCKET = 1 << 20;

export type ProvisionLog = (level: 'debug' | 'info', message: string, fields: Record<string, unknown>) => void;

export interface ProvisionOptions extends ProvisionerConnection {
  /** Of all services and agents: their queues are made. */
  manifests: readonly Manifest[];
  /**
   * Of INPUT, 1 to 1000 (default 8). Never shrinks: what waits in a partition would be left behind. May grow, but then
   * the broker copies all that is still in the sources again, with the origins it had: best while little is kept.
   */
  partitions?: number;
  /** Bytes that all streams may hold together (default `DEFAULT_STORAGE`); at most the broker's max_file_store. */
  storage?: number;
  /** Brokers that hold each stream: 1 (default), 3 or 5 of a cluster that has as many. May be raised later. */
  replicas?: number;
  /** The broker syncs each write to disk before it acknowledges it (`sync_interval: always`): with one replica writers commit in groups. */
  synced?: boolean;
  log?: ProvisionLog;
}

/**
 * Makes every stream, bucket and consumer, or brings what stands up to date. Idempotent: it runs at every start,
 * changes nothing that is right, and several may run at once. INPUT is never made again, for its sources would be
 * copied again. Throws `RESTORE_UNFINISHED`, `STREAM_CONFLICT`, `STORAGE_FULL`, `BAD_USAGE`, `BUS_*`, `NATS_VERSION`, `INVALID_MANIFEST`.
 */
export const provision = async (options: ProvisionOptions): Promise<void> => {
  const { manifests, partitions = DEFAULT_PARTITIONS, storage = DEFAULT_STORAGE, replicas = 1, synced = false } = options;
  checkManifests(manifests);
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > 1000)
    throw new WaggleError('BAD_USAGE', 'partitions must be 1 to 1000');
  if (!(storage >= LEAST_STORAGE)) throw new WaggleError('BAD_USAGE', `storage must be at least ${LEAST_STORAGE} bytes`);
  if (![1, 3, 5].includes(replicas)) throw new WaggleError('BAD_USAGE', 'replicas must be 1, 3 or 5');
  await asProvisioner(options, async (connection) => {
    const did = new Log(options.log);
    await refuseUnfinished(connection);
    await refuseToShrink(connection, partitions);
    // in this order, also when partitions grow: an input for which there is no consumer is dropped silently
    for (const stream of streamTable(storage, replicas, synced)) {
      // in a cluster its server may die while others keep our connections: then nobody knows that it has forgotten something
      const settings = connection.info?.cluster === undefined ? stream : { ...stream, persist_mode: undefined };
      did.note(stream.name, await ensureStream(connection, settings));
    }
    for (const consumer of partitionConsumers(partitions)) await did.consumer(connection, consumer);
    did.note('INPUT', await ensureStream(connection, inputWithSources(partitions)));
    for (const consumer of [...retentionConsumers(), ...manifests.flatMap(consumersOf)]) await did.consumer(connection, consumer);
    did.done();
  });
};

/** The queues of an agent that is let in while the mesh runs. As above, and `NOT_PROVISIONED` where `provision` never ran. */
export const provisionAgent = async (options: ProvisionerConnection & { manifest: Manifest; log?: ProvisionLog }): Promise<void> => {
  checkManifests([options.manifest]);
  await asProvisioner(options, async (connection) => {
    if (!(await readStream(connection, 'TASK'))) throw new WaggleError('NOT_PROVISIONED', 'stream TASK is not there');
    const did = new Log(options.log);
    for (const consumer of consumersOf(options.manifest)) await did.consumer(connection, consumer);
    did.done();
  });
};

/** One bucket alone, for a library that is used without the rest of the mesh. As `provision`. */
export const provisionBucket = async (options: ProvisionerConnection & { bucket: BucketName; bytes?: number }): Promise<void> => {
  const { bucket, bytes } = options;
  if (bytes !== undefined && !(bytes >= LEAST_BUCKET)) throw new WaggleError('BAD_USAGE', `a bucket holds at least ${LEAST_BUCKET} bytes`);
  await asProvisioner(options, async (connection) => {
    const settings = streamTable().find(({ name }) => name === bucketStream(bucket))!;
    await ensureStream(connection, bytes === undefined ? settings : { ...settings, max_bytes: bytes });
  });
};

const refuseToShrink = async (connection: NatsConnection, partitions: number): Promise<void> => {
  const standing = partitionsOf((await readStream(connection, 'INPUT'))?.sources);
  if (standing > partitions) {
    throw new WaggleError('STREAM_CONFLICT', `stream INPUT: it has ${standing} partitions, which cannot shrink to ${partitions}`);
  }
};

class Log {
  private readonly count: Record<Ensured, number> = { stood: 0, made: 0, changed: 0 };

  constructor(private readonly write: ProvisionLog = () => undefined) {}

  note(what: string, ensured: Ensured): void {
    this.count[ensured]++;
    if (ensured !== 'stood') this.write('debug', `${what} ${ensured}`, { what, ensured });
  }

  async consumer(connection: NatsConnection, consumer: ConsumerSettings): Promise<void> {
    this.note(`${consumer.stream}/${consumer.durable_name}`, await ensureConsumer(connection, consumer));
  }

  done(): void {
    this.write('info', 'provisioned', { ...this.count });
  }
}
