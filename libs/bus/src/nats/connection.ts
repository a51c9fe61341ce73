import { errors, type NatsConnection } from '@nats-io/nats-core';
import type { NatsConnectionImpl } from '@nats-io/nats-core/internal';
import { fromSeed } from '@nats-io/nkeys';
import { connect, nkeyAuthenticator, type NodeConnectionOptions } from '@nats-io/transport-node';
import { subjects, WaggleError } from '@waggle/protocol';
import { Backoff } from './backoff.js';
import { DialPatience } from './dial-patience.js';
import type { BusOptions } from './options.js';
import { unstick } from './unstick.js';

const CONNECT = 10_000;
/**
 * A dial that meets silence is given up after this, and later after more (`DialPatience`); with the longest delay, which counts from
 * its beginning, it bounds how long a broker that is back goes unnoticed.
 */
const DIAL = 2_000;
/** A broker that says nothing for two or three of these is left for another, or connected to anew: not later than others take over the work. */
const PING = 1_000;
const LEAST_VERSION = [2, 14] as const;

export interface Connection {
  nc: NatsConnection;
  /** The connection is up again: the next break starts with short delays. */
  restored: () => void;
}

/**
 * Connects, and goes on trying until `connectTimeout`: a broker or key that is not there yet may come.
 * Once connected it reconnects for ever. `BUS_UNREACHABLE`, `BUS_REFUSED` (the key is not known), `NATS_VERSION`.
 */
export const openConnection = async (options: BusOptions): Promise<Connection> => {
  const backoff = new Backoff();
  let redials = (): unknown => undefined;
  const seed = options.seed === undefined ? undefined : seedsOf(options.seed);
  const deadline = performance.now() + (options.connectTimeout ?? CONNECT);
  const wanted: NodeConnectionOptions = {
    servers: options.servers.split(',').map((server) => server.trim()),
    name: options.name ?? options.me,
    inboxPrefix: subjects.inbox(options.me),
    maxReconnectAttempts: -1,
    reconnectDelayHandler: backoff.delay,
    // asked before each dial; the choice stays the client's
    reconnectToServer: () => {
      backoff.dials();
      redials();
      return null;
    },
    ignoreAuthErrorAbort: true,
    pingInterval: PING,
    noAsyncTraces: true,
    ...(seed ? { authenticator: nkeyAuthenticator(seed) } : {}),
  };
  for (let patience = DIAL; ;) {
    try {
      const nc = await connect({ ...wanted, timeout: patience });
      await checkVersion(nc);
      backoff.reset();
      unstick(nc);
      const later = new DialPatience(patience);
      redials = () => ((nc as NatsConnectionImpl).options.timeout = later.next());
      const restored = (): void => {
        backoff.reset();
        later.reset();
      };
      return { nc, restored };
    } catch (cause) {
      if (cause instanceof WaggleError) throw cause;
      if (cause instanceof errors.InvalidArgumentError)
        throw new WaggleError('BUS_REFUSED', 'the connection options are not valid', { cause });
      // on a machine with far too much to do signing in may take longer, and it begins anew with each dial
      if (cause instanceof errors.TimeoutError) patience = Math.max(DIAL, Math.min(2 * patience, deadline - performance.now()));
      const delay = backoff.left;
      if (performance.now() + delay > deadline) throw unreachable(options.servers, cause);
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
};

/** The seed for each connection. One that cannot be read when it is asked for again is the one before. */
const seedsOf = (given: string | (() => string)): (() => Uint8Array) => {
  const ask = typeof given === 'string' ? () => given : given;
  let known = readSeed(ask());
  return () => {
    try {
      known = readSeed(ask());
    } catch {
      // being written just now, or gone: the broker says whether the former one still counts
    }
    return known;
  };
};

/** A malformed seed would end the process from inside the client. */
const readSeed = (text: string): Uint8Array => {
  const bytes = (): Uint8Array => new TextEncoder().encode(text.trim());
  try {
    // clears the bytes it was given
    fromSeed(bytes()).clear();
    return bytes();
  } catch {
    // the cause may quote the seed
    throw new WaggleError('BUS_REFUSED', 'the seed is not that of an nkey');
  }
};

const checkVersion = async (nc: NatsConnection): Promise<void> => {
  const version = nc.info?.version ?? '0.0.0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor >= LEAST_VERSION[1])) return;
  await nc.close();
  throw new WaggleError('NATS_VERSION', `nats-server ${version} at ${nc.getServer()}; ${LEAST_VERSION.join('.')} or newer is needed`);
};

const unreachable = (servers: string, cause: unknown): WaggleError =>
  cause instanceof errors.AuthorizationError
    ? new WaggleError('BUS_REFUSED', `the broker at ${servers} does not know this key`, { cause, retryable: true })
    : new WaggleError('BUS_UNREACHABLE', `no broker answers at ${servers}`, { cause });
