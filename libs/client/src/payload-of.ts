import type { StoredMessage } from '@waggle/bus';
import { validatePayload, WaggleError, type AgentMessage, type MessageOf, type MessageType } from '@waggle/protocol';

/** The payload of a message that the coordinator wrote. Anything else than the type asked for: `INVALID_MESSAGE`. */
export const payloadOf = <T extends MessageType>(type: T, message: Pick<StoredMessage, 'json'>): MessageOf<T>['payload'] => {
  let body: AgentMessage;
  try {
    body = message.json<AgentMessage>();
  } catch (cause) {
    throw new WaggleError('BAD_JSON', `A message of type ${type} is not JSON.`, { cause });
  }
  const problems = body?.type === type ? validatePayload(type, body.payload) : undefined;
  if (problems === undefined) throw new WaggleError('TYPE_UNKNOWN', `Expected ${type}, found ${String(body?.type)}.`);
  if (problems.length > 0) throw new WaggleError('INVALID_MESSAGE', problems[0]!.message, { problems });
  return body.payload as MessageOf<T>['payload'];
};
