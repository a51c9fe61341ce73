import { between, FORM, question } from './question.js';

/** An id of the asker's: asked again with it, a question is answered and not done again. */
interface Write {
  request: string;
  session: string;
}

export interface WriteKey extends Write {
  key: string;
  /** The version that must stand there; 0: none. */
  expect?: number;
  /** The token of the lock that it is written under. */
  fence?: number;
}

export interface SetKey extends WriteKey {
  value: unknown;
  /** Seconds. */
  ttl?: number;
}

export interface MergeKey extends WriteKey {
  patch: unknown;
  ttl?: number;
}

export interface ReadHistory {
  session: string;
  key: string;
  limit?: number;
  /** A version: only older ones. */
  before?: number;
}

export interface ReadKeys {
  session: string;
  key?: string;
  /** A key: only those after it. */
  after?: string;
}

const write = { request: FORM.name, session: FORM.name, key: FORM.key, expect: FORM.version, fence: FORM.version };
const DAY = 86_400;
const ttl = between(1, 30 * DAY);

export const readSet = question<SetKey>({ ...write, value: FORM.any, ttl }, ['request', 'session', 'key', 'value']);
export const readMerge = question<MergeKey>({ ...write, patch: FORM.any, ttl }, ['request', 'session', 'key', 'patch']);
export const readDelete = question<WriteKey>(write, ['request', 'session', 'key']);
export const readHistory = question<ReadHistory>({ session: FORM.name, key: FORM.key, limit: between(1, 64), before: FORM.version }, [
  'session',
  'key',
]);
export const readKeys = question<ReadKeys>({ session: FORM.name, key: FORM.key, after: FORM.key }, ['session']);
