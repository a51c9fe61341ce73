import { errors, headers, type MsgHdrs } from '@nats-io/nats-core';
import type { Role } from './secure-mesh.js';

/** What the server said: it took it, a stream or service refused it with a number, permissions forbade it, or nobody answered. */
export interface Answer {
  kind: 'ok' | 'refused' | 'forbidden' | 'silence';
  /** Error number of a refusal. */
  code?: number;
  text: string;
}

export interface Asked {
  body?: string;
  header?: Record<string, string>;
  /** Milliseconds to wait for an answer; short only where silence tells as much. */
  timeout?: number;
}

/** The JetStream API as this role names it. */
export const here = (role: Role, subject: string): string => subject.replace(/^\$JS\.API\./, `${role.api}.`);

export const headersOf = (header?: Record<string, string>): MsgHdrs | undefined => {
  if (!header) return undefined;
  const made = headers();
  for (const [name, value] of Object.entries(header)) made.set(name, value);
  return made;
};

const isViolation = (error: unknown): boolean =>
  error instanceof errors.PermissionViolationError || (error instanceof Error && error.cause instanceof errors.PermissionViolationError);

/** Sends a request as this role (a JetStream publish is one). */
export const ask = async (role: Role, subject: string, asked: string | Asked = ''): Promise<Answer> => {
  const { body = '', header, timeout = 20_000 } = typeof asked === 'string' ? ({ body: asked } as Asked) : asked;
  const before = role.violations.length;
  try {
    const message = await role.nc.request(here(role, subject), body, { timeout, headers: headersOf(header) });
    const text = message.data.length ? message.string() : `status ${message.headers?.code ?? 0} ${message.headers?.description ?? ''}`;
    const code = /"err_code":\s?(\d+)/.exec(text)?.[1];
    return code ? { kind: 'refused', code: Number(code), text } : { kind: 'ok', text };
  } catch (error) {
    // a machine that stood still counts the time before it reads what came meanwhile
    const violation = await violationSince(role, before);
    return violation || isViolation(error)
      ? { kind: 'forbidden', text: String(violation ?? error) }
      : { kind: 'silence', text: String(error) };
  }
};

/** The server takes what a connection says in order: once it has answered a ping, it has refused what it refuses. */
const violationSince = async ({ nc, violations }: Role, before: number): Promise<Error | undefined> => {
  await nc.flush();
  // the client has read a violation by now, and tells of it in its own loop: later it would be taken for the next question's
  await new Promise(setImmediate);
  return violations[before];
};

export interface Sent {
  body?: string;
  reply?: string;
  header?: Record<string, string>;
}

/** Publishes with a reply subject of the attacker's choice; the server tells of a violation only. */
export const send = async (role: Role, subject: string, sent: string | Sent): Promise<Answer> => {
  const { body = '', reply, header } = typeof sent === 'string' ? ({ body: sent } as Sent) : sent;
  const before = role.violations.length;
  role.nc.publish(here(role, subject), body, { reply, headers: headersOf(header) });
  const violation = await violationSince(role, before);
  return violation ? { kind: 'forbidden', text: violation.message } : { kind: 'ok', text: 'sent' };
};

/** Tries to listen. */
export const listen = async (role: Role, subject: string, queue?: string): Promise<Answer> => {
  let failure: Error | undefined;
  const before = role.violations.length;
  const subscription = role.nc.subscribe(subject, { queue, callback: (error) => void (failure ??= error ?? undefined) });
  const violation = await violationSince(role, before);
  failure ??= violation;
  if (!subscription.isClosed()) subscription.unsubscribe();
  return failure ? { kind: 'forbidden', text: failure.message } : { kind: 'ok', text: 'listening' };
};
