import type { Bus, StoredMessage } from '@waggle/bus';
import { codeOf, ERRORS, validatePayload, WaggleError, type AgentMessage, type MessageOf, type MessageType } from '@waggle/protocol';
import { setTimeout as sleep } from 'node:timers/promises';

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

const RETRY = 250;

/** The last message of a subject, asked again while the broker cannot be reached, until `signal` aborts (then undefined). */
export const lastWhenReachable = async (
  bus: Bus,
  where: { stream: 'FLOW' | 'PROGRESS'; subject: string },
  signal: AbortSignal,
): Promise<StoredMessage | undefined> => {
  while (!signal.aborted) {
    try {
      return await bus.last(where.stream, where.subject);
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined || !ERRORS[code].retryable) throw error;
      await sleep(RETRY, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
};
