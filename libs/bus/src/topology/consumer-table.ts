import {
  inputConsumer,
  inputFilter,
  PRIORITIES,
  RETENTION_CONSUMERS,
  SHARED,
  streamConsumer,
  subjects,
  taskConsumer,
  type StreamName,
} from '@waggle/protocol';
import type { Manifest } from '../permissions/manifest.js';
import { SECOND } from './stream-table.js';

/** A durable pull consumer in the terms of the JetStream API. */
export interface ConsumerSettings {
  stream: StreamName;
  durable_name: string;
  filter_subject?: string;
  ack_policy: 'explicit';
  deliver_policy: 'all';
  replay_policy: 'instant';
  /** Nanoseconds. */
  ack_wait: number;
  max_ack_pending: number;
  /** -1: for ever. A message that is given up after so many deliveries would stay unseen. */
  max_deliver: -1;
}

const durable = (stream: StreamName, name: string, more: Partial<ConsumerSettings> = {}): ConsumerSettings => ({
  stream,
  durable_name: name,
  ack_policy: 'explicit',
  deliver_policy: 'all',
  replay_policy: 'instant',
  ack_wait: 30 * SECOND,
  max_ack_pending: 1000,
  max_deliver: -1,
  ...more,
});

/** One a partition: a short ack wait, for a dead coordinator's inputs must not wait. */
export const partitionConsumers = (partitions: number): ConsumerSettings[] =>
  Array.from({ length: partitions }, (_, p) => durable('INPUT', inputConsumer(p), { filter_subject: inputFilter(p), ack_wait: SECOND }));

/** Two on outcomes: each hands a message back with a delay until what it stands for may be removed. */
export const retentionConsumers = (): ConsumerSettings[] =>
  Object.values(RETENTION_CONSUMERS).map((name) => durable('FLOW', name, { filter_subject: subjects.outcome('*', '*', '*') }));

/** An agent's four queues, shared by its instances. */
export const agentConsumers = ({ name, tenant = '*' }: Pick<Manifest, 'name' | 'tenant'>): ConsumerSettings[] =>
  PRIORITIES.map((priority) =>
    durable('TASK', taskConsumer(name, priority), {
      filter_subject: subjects.task(tenant, name, priority, '*', '*', '*'),
      // bounds all instances together: far above what they have slots for
      max_ack_pending: 20_000,
    }),
  );

/** What is taken of a stream where that is not all: alarms that have come, and what flows ask to share. Somebody waits for each. */
const PARTS: Partial<Record<StreamName, Partial<ConsumerSettings>>> = {
  ALARM: { filter_subject: subjects.alarmDue('*', '*'), ack_wait: 5 * SECOND },
  WAIT: { filter_subject: subjects.wait('*', SHARED, '*', '*'), ack_wait: 5 * SECOND },
};

/** What a manifest asks for: an agent's queues, and whole streams that it takes from. */
export const consumersOf = (manifest: Manifest): ConsumerSettings[] => [
  ...(manifest.pullsTasks ? agentConsumers(manifest) : []),
  ...(manifest.consumes ?? [])
    .filter((taken) => typeof taken === 'string')
    .map((stream) => durable(stream, streamConsumer(manifest.name, stream), PARTS[stream])),
];
