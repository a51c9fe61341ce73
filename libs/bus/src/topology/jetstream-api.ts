import { errors, type NatsConnection } from '@nats-io/nats-core';
import { WaggleError } from '@waggle/protocol';

/** Error numbers of the JetStream API that provisioning tells apart. */
export const JS_ERROR = {
  streamNotFound: 10059,
  consumerNotFound: 10014,
  /** Another has just made it, with other settings. */
  streamExists: 10058,
  consumerExists: 10148,
  durableExists: 10013,
  /** The broker has no room left for the limit asked for. */
  noStorage: 10047,
  noMemory: 10028,
  /** A cluster with fewer brokers than replicas, or whose brokers have not found each other yet. */
  noPeers: 10005,
} as const;

/** The broker refused; `code` is the number above. */
export class JetStreamRefusal extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Numbers that pass: JetStream is coming up, the accounts are being read anew, a leader is being chosen, or the peers of a cluster find each other. */
const PASSING = new Set<number>([JS_ERROR.noPeers, 10008, 10009, 10035, 10039, 10076]);
const PATIENCE = 30_000;
const REQUEST_TIMEOUT = 5_000;
const PAUSE = 100;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * One request of the JetStream API. What passes by itself is asked again for half a minute: each request here may
 * be repeated. Throws `JetStreamRefusal`, or a WaggleError `BUS_TIMEOUT`, `BUS_REFUSED`, `BUS_UNREACHABLE`.
 */
export const jetStreamRequest = async <T>(connection: NatsConnection, request: string, body: unknown = ''): Promise<T> => {
  const until = Date.now() + PATIENCE;
  for (;;) {
    let failure: unknown;
    try {
      const payload = body === '' ? '' : JSON.stringify(body);
      const answer = await connection.request(`$JS.API.${request}`, payload, { timeout: REQUEST_TIMEOUT });
      const json = answer.json<T & { error?: { err_code?: number; code: number; description: string } }>();
      if (!json.error) return json;
      failure = new JetStreamRefusal(json.error.err_code ?? json.error.code, json.error.description);
      if (!PASSING.has((failure as JetStreamRefusal).code)) throw failure;
    } catch (error) {
      if (error === failure) throw error;
      failure = error;
      if (violation(error)) throw new WaggleError('BUS_REFUSED', `this key may not ask for ${request}`, { cause: error });
      if (connection.isClosed()) throw new WaggleError('BUS_UNREACHABLE', 'the connection to the broker was closed', { cause: error });
    }
    if (Date.now() > until && failure instanceof JetStreamRefusal && failure.code === JS_ERROR.noPeers) throw failure;
    if (Date.now() > until) throw new WaggleError('BUS_TIMEOUT', `the broker did not answer ${request}`, { cause: failure });
    await pause(PAUSE);
  }
};

const violation = (error: unknown): boolean =>
  error instanceof errors.PermissionViolationError || (error instanceof Error && error.cause instanceof errors.PermissionViolationError);
