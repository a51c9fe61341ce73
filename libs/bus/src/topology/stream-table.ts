import { BUCKETS, bucketStream, STREAMS, subjects, type BucketName, type StreamName } from '@waggle/protocol';
import { subjectsOf } from '../permissions/facts.js';
import { isGrouped } from './grouped.js';

/** Nanoseconds, as the JetStream API counts. */
export const SECOND = 1_000_000_000;
const DAY = 86_400 * SECOND;
export const MIB = 1 << 20;

/** A payload is at most this long, the broker's own default. */
const MAX_MESSAGE = MIB;

/** Settings in the terms of the JetStream API: what is set here, and nothing else, is compared with what stands. */
export interface StreamSettings {
  name: string;
  subjects?: string[];
  retention: 'limits' | 'interest';
  storage: 'file';
  num_replicas: number;
  discard: 'new' | 'old';
  discard_new_per_subject: boolean;
  max_msgs_per_subject: number;
  max_bytes: number;
  max_age: number;
  max_msg_size: number;
  /** As it is where left out. */
  duplicate_window?: number;
  allow_direct: boolean;
  allow_rollup_hdrs: boolean;
  allow_msg_ttl: boolean;
  allow_msg_schedules?: boolean;
  deny_delete?: boolean;
  /** `async`: written to disk some time after it is acknowledged. Only ever set when the stream is made. */
  persist_mode?: 'async';
  /** Takes atomic batches. */
  allow_atomic?: boolean;
  republish?: { src: string; dest: string };
  sources?: { name: string; opt_start_seq: number; subject_transforms: { src: string; dest: string }[] }[];
}

type Special = Partial<StreamSettings> & { share: number };

/** The first message on a subject wins; all later ones are refused. */
const firstWins = { max_msgs_per_subject: 1, discard: 'new', discard_new_per_subject: true } as const;
/** The last message on a subject replaces the one before. */
const lastValue = { max_msgs_per_subject: 1 } as const;

/** Streams are cut by who may write. `share`: MiB of the default budget. The table in docs/retention.md says why. */
const TABLE: Record<StreamName, Special> = {
  SUBMIT: { ...firstWins, max_age: 7 * DAY, share: 512 },
  // made by the broker from other streams; a copy is longer than its original, which one too long would block for ever
  INPUT: { retention: 'interest', max_msg_size: -1, duplicate_window: undefined, share: 1024 },
  FLOW: { deny_delete: true, share: 1536 },
  TASK: { ...firstWins, max_age: 7 * DAY, share: 768 },
  RESULT: { ...firstWins, max_age: 7 * DAY, share: 768 },
  // the server turns roll-ups on with schedules, and refuses discard new
  TIMER: {
    discard: 'old',
    allow_msg_schedules: true,
    allow_rollup_hdrs: true,
    // heard with no service of ours at work
    republish: { src: subjects.rungDue('*', '*', '*', '*'), dest: subjects.rungFeed('$1', '$2', '$3', '$4') },
    share: 256,
  },
  EVENT: { max_age: 7 * DAY, share: 256 },
  WAIT: { ...lastValue, share: 64 },
  ESCALATION: { ...firstWins, max_age: 30 * DAY, share: 64 },
  PROGRESS: {
    ...lastValue,
    discard: 'old',
    // of agents: what they publish behind their border is not heard behind another
    republish: { src: subjects.progress('*', '*', '*', '*'), dest: subjects.progressFeed('$1', '$2', '$3', '$4') },
    share: 384,
  },
  DLQ: { ...firstWins, max_age: 30 * DAY, share: 128 },
  AUDIT: { deny_delete: true, share: 256 },
  BLOB: { ...lastValue, discard: 'old', max_age: 14 * DAY, share: 2048 },
  BEAT: { ...lastValue, discard: 'old', max_age: DAY, share: 64 },
  CHANNEL: { ...firstWins, max_age: 30 * DAY, share: 128 },
  // as TIMER
  ALARM: { discard: 'old', allow_msg_schedules: true, allow_rollup_hdrs: true, share: 64 },
};

/** Versions of a key of shared memory that are kept. */
const MEMORY_VERSIONS = 64;

const BUCKET_TABLE: Record<BucketName, Special> = {
  WORKFLOWS: { share: 16 },
  DIRECTORY: { share: 16 },
  QUOTAS: { share: 16 },
  PROFILES: { share: 16 },
  // what can be worked out again: the oldest makes room
  CACHE: { discard: 'old', max_age: 14 * DAY, share: 128 },
  // an audit's figures of each repository: one that nobody audits any more makes room
  TRENDS: { discard: 'old', share: 32 },
  // the versions of a key are its history
  MEMORY: { max_msgs_per_subject: MEMORY_VERSIONS, share: 256 },
  SESSIONS: { share: 64 },
  // a full one refuses renewals, so it is large for what it holds
  LOCKS: { share: 64 },
};

/** What all streams may hold together unless told otherwise, in bytes. A limit, not an allocation: an idle mesh uses next to nothing. */
export const DEFAULT_STORAGE = [...Object.values(TABLE), ...Object.values(BUCKET_TABLE)].reduce((sum, { share }) => sum + share, 0) * MIB;

/** The least that all streams together can work with: below, a single snapshot of code would fill BLOB. */
export const LEAST_STORAGE = 512 * MIB;

interface Size {
  scale: number;
  replicas: number;
}

const settings = (name: string, { share, ...special }: Special, { scale, replicas }: Size): StreamSettings => ({
  name,
  retention: 'limits',
  storage: 'file',
  num_replicas: replicas,
  discard: 'new',
  discard_new_per_subject: false,
  max_msgs_per_subject: -1,
  max_bytes: Math.floor(share * scale * MIB),
  max_age: 0,
  max_msg_size: MAX_MESSAGE,
  // the shortest the server takes: identity is the subject, a message id could be squatted
  duplicate_window: 0.1 * SECOND,
  allow_direct: true,
  // one roll-up wipes a stream; markers would turn them on, so buckets have none
  allow_rollup_hdrs: false,
  allow_msg_ttl: false,
  ...special,
});

const bucketSettings = (bucket: BucketName, size: Size): StreamSettings =>
  settings(
    bucketStream(bucket),
    {
      subjects: [subjects.kvKey(bucket, '>')],
      ...lastValue,
      // a deleted key's tombstone leaves by itself
      allow_msg_ttl: true,
      republish: { src: subjects.kvKey(bucket, '>'), dest: subjects.kvFeed(bucket, '>') },
      ...BUCKET_TABLE[bucket],
    },
    size,
  );

/**
 * Every stream, with every limit; INPUT without its sources, which come last (provision.ts).
 * `storage`: bytes for all together, shared out in proportion; `replicas`: brokers that hold each; `synced`: the broker
 * syncs each write before it acknowledges it, so that writers commit in groups, where one broker holds each.
 */
export const streamTable = (storage = DEFAULT_STORAGE, replicas = 1, synced = false): StreamSettings[] => {
  const size = { scale: storage / DEFAULT_STORAGE, replicas };
  const grouped = synced && replicas === 1;
  const kept = (name: StreamName): Special =>
    name === 'INPUT'
      ? { ...TABLE.INPUT, ...(grouped && { persist_mode: 'async' as const }) }
      : { subjects: subjectsOf(name, '*'), ...TABLE[name], ...(isGrouped(name) && { allow_atomic: grouped }) };
  return [...STREAMS.map((name) => settings(name, kept(name), size)), ...BUCKETS.map((bucket) => bucketSettings(bucket, size))];
};
