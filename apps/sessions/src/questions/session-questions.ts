import type { StateKey } from '@waggle/protocol';
import { between, FORM, question } from './question.js';

export interface CreateSession {
  request: string;
  session: string;
  description?: string;
  members?: string[];
  keys?: Record<string, StateKey>;
  /** Milliseconds. */
  keep?: number;
}

export interface OfSession {
  session: string;
}

export interface ChangeSession extends OfSession {
  request: string;
}

const HOUR = 3_600_000;
const KEYS_MOST = 200;

const keys = {
  type: 'object',
  maxProperties: KEYS_MOST,
  propertyNames: { pattern: '^[A-Za-z0-9_-]{1,64}(\\.[A-Za-z0-9_-]{1,64}){0,7}(\\.>)?$' },
  additionalProperties: {
    type: 'object',
    properties: { owners: FORM.names, schema: FORM.object },
    additionalProperties: false,
  },
};

const change = { request: FORM.name, session: FORM.name };

export const readCreate = question<CreateSession>(
  { ...change, description: FORM.text, members: FORM.names, keys, keep: between(1_000, 365 * 24 * HOUR) },
  ['request', 'session'],
);
export const readSession = question<OfSession>({ session: FORM.name }, ['session']);
export const readChange = question<ChangeSession>(change, ['request', 'session']);
export const readJoin = question<ChangeSession & { role?: string }>({ ...change, role: FORM.name }, ['request', 'session']);
export const readDeclare = question<ChangeSession & { keys: Record<string, StateKey> }>({ ...change, keys }, [
  'request',
  'session',
  'keys',
]);
export const readNothing = question<object>({}, []);
