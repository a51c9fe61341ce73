/**
 * For another adapter of the port (the model of the broker in libs/testkit): the tables that the real broker is
 * provisioned from, and what stands on `publish`, `last` and `read` alone.
 */
export { streamTable, type StreamSettings } from '../topology/stream-table.js';
export { consumersOf, partitionConsumers, retentionConsumers, type ConsumerSettings } from '../topology/consumer-table.js';
export { inputWithSources } from '../topology/input-sources.js';
export { KvBucket } from '../nats/kv-bucket.js';
export { BlobStore } from '../nats/blob-store.js';
export { sameBytes } from '../nats/stored-message.js';
