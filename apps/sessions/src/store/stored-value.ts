import type { Bus, StoredMessage } from '@waggle/bus';
import { bucketStream, subjects, type BucketName } from '@waggle/protocol';

/** The header that marks a deleted key, as every reader of buckets knows it. */
export const DELETED = { 'KV-Operation': 'DEL' };

export const isDeleted = (message: StoredMessage): boolean => message.header('KV-Operation') !== undefined;

/** What stands under a key, a deletion included, as the leader has it. */
export const storedValue = (bus: Bus, bucket: BucketName, key: string): Promise<StoredMessage | undefined> =>
  bus.last(bucketStream(bucket), subjects.kvKey(bucket, key), { from: 'leader' });
