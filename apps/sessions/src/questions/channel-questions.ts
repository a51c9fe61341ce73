import { between, FORM, question } from './question.js';

export interface SendMessage {
  request: string;
  session: string;
  name: string;
  body: unknown;
}

export interface ReadChannel {
  session: string;
  name: string;
  /** Sequence; what came later. */
  after?: number;
  limit?: number;
}

const channel = { session: FORM.name, name: FORM.name };

export const readSend = question<SendMessage>({ request: FORM.name, ...channel, body: FORM.any }, ['request', 'session', 'name', 'body']);
export const readRead = question<ReadChannel>({ ...channel, after: FORM.version, limit: between(1, 500) }, ['session', 'name']);
export const readLatest = question<Pick<ReadChannel, 'session' | 'name'>>(channel, ['session', 'name']);
