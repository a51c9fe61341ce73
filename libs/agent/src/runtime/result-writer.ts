import { setTimeout as sleep } from 'node:timers/promises';
import { injectTrace, type Bus } from '@waggle/bus';
import {
  codeOf,
  createMessage,
  ERRORS,
  MESSAGE_TYPES,
  subjects,
  type AgentMessage,
  type TaskDispatch,
  type TaskResult,
} from '@waggle/protocol';
import type { AttemptAddress } from './aborts.js';

const RETRY = 200;
const RETRY_MAX = 5_000;

export type Written = 'stored' | 'taken';

export const resultSubject = (address: AttemptAddress): string =>
  subjects.result(address.tenant, address.agent, address.flowId, address.taskId, address.attempt);

/** A result as it is stored. */
export const resultBody = (
  bus: Bus,
  of: { address: AttemptAddress; dispatch?: AgentMessage<TaskDispatch> },
  result: TaskResult,
): string => {
  const { address, dispatch } = of;
  const message = createMessage({
    type: MESSAGE_TYPES.result,
    from: bus.me,
    tenant: address.tenant,
    intent: 'response',
    correlationId: address.flowId,
    to: dispatch?.from,
    causationId: dispatch?.id,
    contextId: dispatch?.contextId,
    userId: dispatch?.userId,
    priority: dispatch?.priority,
    hop: dispatch?.hop,
    payload: result,
  });
  return JSON.stringify(message);
};

/**
 * Writes the one result of an attempt: the same bytes until the broker has answered or the bus is closed, unless `giveUp` says so in between. `taken`: another
 * holder of the same attempt was faster, and its result is the one that counts. Fails as `publishOnce` does.
 */
export const writeResult = async (bus: Bus, to: { address: AttemptAddress; giveUp: () => boolean }, body: string): Promise<Written> => {
  const { address, giveUp } = to;
  for (let delay = RETRY; ; delay = Math.min(RETRY_MAX, 2 * delay)) {
    try {
      return (await bus.publishOnce('RESULT', resultSubject(address), body, { headers: injectTrace() })).status;
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined || !ERRORS[code].retryable || bus.health.closed || giveUp()) throw error;
      await sleep(delay);
    }
  }
};
