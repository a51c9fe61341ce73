import { problem, type Problem } from '../errors.js';
import { newId } from '../ids.js';
import { isoTime } from '../iso-time.js';
import { MESSAGE_TYPES, type AgentMessage, type MessageType } from '../message.js';
import { isMessageType, PAYLOADS, type MessageOf } from '../messages.js';
import { Envelope, messageSchema } from './envelope.js';
import { hostile } from './hostile.js';
import { validatorOf, type Validator } from './validator.js';

/** Bytes a message may have unless the reader says otherwise: what brokers take by default. */
export const MESSAGE_LIMIT = 1024 * 1024;

/** What the subject and the broker say of a message. */
export interface MessageContext<T extends MessageType = MessageType> {
  /** Tenant and speaker, tokens of the subject that the server checked: a message may leave them out, not say otherwise. */
  tenant: string;
  from: string;
  /** When the broker stored it. */
  createdAt: string | Date;
  /** The flow, where the subject names it. */
  correlationId?: string;
  /** Used when the message has none: an id that stays the same for the same delivery; default a new one. */
  id?: string;
  to?: string;
  /** The only types that may come here; default all. */
  expect?: T | readonly T[];
  /** Bytes; default `MESSAGE_LIMIT`. */
  limit?: number;
}

export type Parsed<T extends MessageType = MessageType> =
  { message: MessageOf<T>; problems?: undefined } | { message?: undefined; problems: Problem[] };

const validators = new Map<MessageType, Validator>();
const payloadValidators = new Map<MessageType, Validator>();

const kept = (map: Map<MessageType, Validator>, type: MessageType, make: () => Validator): Validator => {
  const known = map.get(type);
  if (known) return known;
  const made = make();
  map.set(type, made);
  return made;
};

/** Everything that is wrong with a payload of a type: each path begins with `payload`. Never throws. */
export const validatePayload = (type: MessageType, payload: unknown): Problem[] => {
  const bad = hostile(payload);
  return bad ? [bad] : kept(payloadValidators, type, () => validatorOf(PAYLOADS[type], { path: 'payload' }))(payload);
};

const decoder = new TextDecoder('utf-8', { fatal: true });
const REQUESTS: ReadonlySet<string> = new Set([MESSAGE_TYPES.submit, MESSAGE_TYPES.task]);

/**
 * The edge: bytes from the bus to a message with every required field, or everything that is wrong with them
 * (`MESSAGE_TOO_LARGE`, `BAD_JSON`, `TYPE_UNKNOWN`, `INVALID_MESSAGE`). Only `type` and `payload` are asked of the
 * sender. Nothing is stripped: fields that are not known here stay. Never throws, whatever the bytes.
 */
export const parseMessage = <T extends MessageType = MessageType>(body: Uint8Array | string, context: MessageContext<T>): Parsed<T> => {
  const limit = context.limit ?? MESSAGE_LIMIT;
  if (body.length > limit) return refuse(problem('MESSAGE_TOO_LARGE', `The message has ${body.length} bytes, the limit is ${limit}.`));
  let raw: unknown;
  try {
    raw = JSON.parse(typeof body === 'string' ? body : decoder.decode(body));
  } catch {
    return refuse(problem('BAD_JSON', 'The message is not JSON in UTF-8.'));
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    return refuse(problem('BAD_JSON', 'The message is JSON but not an object.'));
  const type = (raw as { type?: unknown }).type;
  const bad = hostile(raw);
  if (bad) return refuse(bad);
  if (type === undefined) return { problems: validatorOf(Envelope)(raw) };
  const unknown = typeProblem(type, context.expect);
  if (unknown) return refuse(unknown);
  const given = raw as Partial<AgentMessage>;
  const problems = kept(validators, type as T, () => validatorOf(messageSchema(type as T)))(given);
  for (const field of ['tenant', 'from'] as const) {
    if (typeof given[field] === 'string' && given[field] !== context[field]) {
      problems.push(problem('INVALID_MESSAGE', `${field} must be ${context[field]}, as the subject says, or be left out.`, field));
    }
  }
  return problems.length > 0 ? { problems } : { message: complete(given, context) as MessageOf<T> };
};

const refuse = (one: Problem): { problems: Problem[] } => ({ problems: [one] });

const typeProblem = (type: unknown, expect?: string | readonly string[]): Problem | undefined => {
  if (!isMessageType(type))
    return problem(
      'TYPE_UNKNOWN',
      `There is no message type ${typeof type === 'string' ? JSON.stringify(type.slice(0, 80)) : 'of that form'} here.`,
      'type',
    );
  if (expect === undefined || expect === type || (Array.isArray(expect) && expect.includes(type))) return undefined;
  return problem('INVALID_MESSAGE', `type must be ${[expect].flat().join(' or ')} on this subject, not ${type}.`, 'type');
};

const complete = (given: Partial<AgentMessage>, context: MessageContext): AgentMessage => {
  const { to, correlationId } = context;
  return {
    id: given.id ?? context.id ?? newId(),
    intent: REQUESTS.has(given.type!) ? 'request' : 'notify',
    priority: 'normal',
    tenant: context.tenant,
    from: context.from,
    ...(to !== undefined && { to }),
    ...(correlationId !== undefined && { correlationId }),
    createdAt: given.createdAt ?? (typeof context.createdAt === 'string' ? context.createdAt : isoTime(context.createdAt.getTime())),
    hop: 0,
    ...given,
  } as AgentMessage;
};
