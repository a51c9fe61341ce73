import type { Delivery } from '@waggle/bus';
import {
  MESSAGE_TYPES,
  problem,
  validatePayload,
  type AgentMessage,
  type Problem,
  type TaskAddress,
  type TaskDispatch,
} from '@waggle/protocol';

export type ParsedDispatch = { dispatch: AgentMessage<TaskDispatch>; problems?: undefined } | { dispatch?: undefined; problems: Problem[] };

/** A dispatch, checked; ids must be those of the subject, which the broker checked. */
export const parseDispatch = (delivery: Delivery, address: TaskAddress): ParsedDispatch => {
  let message: AgentMessage<TaskDispatch>;
  try {
    message = delivery.json<AgentMessage<TaskDispatch>>();
  } catch {
    return { problems: [problem('BAD_JSON', 'The dispatch is not JSON.')] };
  }
  if (message?.type !== MESSAGE_TYPES.task)
    return { problems: [problem('TYPE_UNKNOWN', `Expected ${MESSAGE_TYPES.task}, found ${String(message?.type).slice(0, 80)}.`, 'type')] };
  const problems = validatePayload(MESSAGE_TYPES.task, message.payload);
  if (problems.length > 0) return { problems };
  const wrong = (['flowId', 'taskId', 'attempt'] as const).find((field) => message.payload[field] !== address[field]);
  if (wrong === undefined) return { dispatch: message };
  return { problems: [problem('INVALID_MESSAGE', `payload.${wrong} is not the subject's.`, `payload.${wrong}`)] };
};
