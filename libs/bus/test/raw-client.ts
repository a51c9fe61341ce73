import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { cleanupLater } from '@waggle/testkit';

export interface RawClient {
  nc: NatsConnection;
  js: JetStreamClient;
  jsm: JetStreamManager;
}

/** The stock client, to do things the obvious way; closed after the tests. */
export const rawClient = async (url: string): Promise<RawClient> => {
  const nc = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  cleanupLater(() => nc.close());
  return { nc, js: jetstream(nc), jsm: await jetstreamManager(nc) };
};

export const withHeaders = (entries: Record<string, string>): MsgHdrs => {
  const made = headers();
  for (const name in entries) made.set(name, entries[name]!);
  return made;
};

export const expecting = (sequence: number): MsgHdrs => withHeaders({ 'Nats-Expected-Last-Subject-Sequence': String(sequence) });
