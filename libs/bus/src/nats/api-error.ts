import type { Msg } from '@nats-io/nats-core';
import { WaggleError } from '@waggle/protocol';
import { Again } from './wire.js';

export interface ApiError {
  code: number;
  err_code: number;
  description: string;
}

/** Numbers of JetStream's errors that mean something of their own here. */
export const API = {
  wrongLastSequence: 10071,
  maxPerSubject: 10077,
  insufficientStorage: 10047,
  insufficientResources: 10023,
  messageTooLarge: 10054,
  streamNotFound: 10059,
  consumerNotFound: 10014,
  noMessage: 10037,
  /** Another write of the same subject is under way in a cluster. */
  wrongLastSequenceInFlight: 10164,
  /** The stream takes no atomic batches. */
  batchesDisabled: 10174,
} as const;

/** Not stored, for want of room; 10077 says that of a full stream too, not only of a subject that is taken. */
export const FULL: ReadonlySet<number> = new Set([API.maxPerSubject, API.insufficientStorage, API.insufficientResources]);

export const isNoResponders = (message: Msg): boolean => message.data.length === 0 && message.headers?.code === 503;

export const nobodyThere = (subject: string): Again =>
  new Again(new WaggleError('NOT_PROVISIONED', `nothing answers on ${subject}: no stream or consumer takes it, or JetStream is not ready`));

/** What passes by itself (election, reload, overload) is asked again; the rest is final. */
export const refused = (error: ApiError, subject: string): Again => {
  const text = `${error.description} (${error.err_code}) on ${subject}`;
  if (error.code === 503 || error.code === 429 || error.err_code === API.wrongLastSequenceInFlight)
    return new Again(new WaggleError('BUS_TIMEOUT', text));
  if (error.err_code === API.streamNotFound || error.err_code === API.consumerNotFound) throw new WaggleError('NOT_PROVISIONED', text);
  if (error.err_code === API.messageTooLarge) throw new WaggleError('MESSAGE_TOO_LARGE', text);
  throw new WaggleError('BUS_REFUSED', text);
};
