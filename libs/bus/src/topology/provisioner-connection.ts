import { setTimeout as sleep } from 'node:timers/promises';
import { nkeyAuthenticator, type NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { subjects, WaggleError } from '@waggle/protocol';
import { CORE_ACCOUNT } from '../permissions/accounts.js';

export const PROVISIONER = 'provisioner';

const LEAST_VERSION = [2, 14] as const;
const CONNECT_PATIENCE = 20_000;
const RETRY = 200;

/** How somebody signs in to the core's account beside the services. */
export interface CoreConnection {
  servers: string;
  /** Its nkey seed. */
  seed?: string;
  /** The broker has one account for all: nobody is confined. Implied where there is no seed. */
  trusted?: boolean;
}

export type ProvisionerConnection = CoreConnection;

/** As `asCore`, as the provisioner. */
export const asProvisioner = <T>(options: ProvisionerConnection, work: (connection: NatsConnection) => Promise<T>): Promise<T> =>
  asCore(PROVISIONER, options, work);

/**
 * Runs with a connection of that name and closes it. Throws `BUS_UNREACHABLE`, `NATS_VERSION`, and
 * `NATS_RIGHTS_MISSING` where the broker confines nobody and `trusted` does not say that this is meant.
 */
export const asCore = async <T>(
  name: string,
  { servers, seed, trusted = seed === undefined }: CoreConnection,
  work: (connection: NatsConnection) => Promise<T>,
): Promise<T> => {
  const connection = await open(name, servers, seed);
  try {
    const version = connection.info?.version ?? '0.0.0';
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major < LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1])) {
      throw new WaggleError('NATS_VERSION', `the broker is nats-server ${version}`);
    }
    if (!trusted) await refuseOpenBroker(connection);
    return await work(connection);
  } finally {
    await connection.close();
  }
};

const refuseOpenBroker = async (connection: NatsConnection): Promise<void> => {
  const answer = await connection.request('$SYS.REQ.USER.INFO', '', { timeout: 5_000 });
  const { data } = answer.json<{ data?: { account?: string; permissions?: unknown } }>();
  if (data?.account === CORE_ACCOUNT && data.permissions !== undefined) return;
  throw new WaggleError('NATS_RIGHTS_MISSING', `the broker does not run the generated accounts: this key is in "${data?.account}"`);
};

/** Tries until its patience ends: the client's own waiting for a first connection has no end. */
const open = async (name: string, servers: string, seed?: string): Promise<NatsConnection> => {
  for (const until = Date.now() + CONNECT_PATIENCE; ; await sleep(RETRY)) {
    try {
      return await connect({
        servers: servers.split(','),
        name,
        inboxPrefix: subjects.inbox(name),
        noAsyncTraces: true,
        ...(seed === undefined ? {} : { authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) }),
      });
    } catch (cause) {
      if (Date.now() + RETRY > until) throw new WaggleError('BUS_UNREACHABLE', `cannot connect to ${servers} as ${name}`, { cause });
    }
  }
};
