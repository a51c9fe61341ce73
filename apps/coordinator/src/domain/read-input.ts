import type { Input } from '@waggle/flow';
import { MESSAGE_TYPES, parseMessage, problem, type InputAddress, type MessageType, type Parsed, type Problem } from '@waggle/protocol';
import type { Origin } from '@waggle/flow';

/** An input that a flow decides on. */
export type FlowAddress = Extract<InputAddress, { kind: 'submit' | 'signal' | 'result' | 'timer' | 'answer' }>;

/** A message as INPUT delivers it. */
export interface Received {
  address: FlowAddress;
  origin: Origin;
  body: Uint8Array;
  /** The broker's time of the input. */
  time: Date;
  traceparent?: string;
}

/** An input, or why there is none in it: only signals may be so malformed that nobody can be answered. */
export type ReadInput = { input: Input; problems?: undefined } | { input?: undefined; problems: Problem[] };

/** What a flow is to react to, checked at the edge; who speaks is what the subject says, which the broker checked. Never throws. */
export const readInput = (received: Received, operators: readonly string[]): ReadInput => {
  const { address, origin } = received;
  const head = { origin, at: received.time.getTime() };
  switch (address.kind) {
    case 'submit':
      return { input: { ...head, ...readSubmit(received, address) } };
    case 'result':
      return { input: { ...head, ...readResult(received, address) } };
    case 'timer':
      return { input: { ...head, kind: 'timer', n: address.n } };
    case 'answer':
      return { input: { ...head, ...readAnswer(received, address), operator: operators.includes(address.who) } };
    case 'signal': {
      const { message, problems } = inTime(
        received,
        parseMessage(received.body, { ...contextOf(received, address.owner), expect: MESSAGE_TYPES.signal }),
      );
      if (problems) return { problems };
      const { signal, reason, data } = message.payload;
      return {
        input: {
          ...head,
          kind: 'signal',
          speaker: address.owner,
          operator: operators.includes(address.owner),
          id: address.id,
          signal,
          reason,
          data,
        },
      };
    }
  }
};

type Body<K extends Input['kind']> = Omit<Extract<Input, { kind: K }>, 'origin' | 'at'>;

const readSubmit = (received: Received, address: Extract<FlowAddress, { kind: 'submit' }>): Body<'submit'> => {
  const { tenant, flowId, owner } = address;
  const { message, problems } = inTime(
    received,
    parseMessage(received.body, { ...contextOf(received, owner), expect: MESSAGE_TYPES.submit }),
  );
  const about = { kind: 'submit', flowId, tenant, owner, traceparent: received.traceparent } as const;
  if (problems) return { ...about, messageId: idOf(received.origin), hop: 0, submission: { problems } };
  const { id, hop, contextId, userId, payload } = message;
  const wrong = payload.parent ? childProblems(flowId, payload.parent.flowId) : [];
  return { ...about, messageId: id, hop, contextId, userId, submission: wrong.length > 0 ? { problems: wrong } : payload };
};

const CHILD_ID = /^c-[0-9a-f]{40}$/;

/** A child's id is derived from what asked for it, so that asking again finds it (docs/architecture.md). */
const childProblems = (flowId: string, parentId: string): Problem[] => {
  if (flowId === parentId) return [problem('INVALID_MESSAGE', 'A flow cannot be its own parent.', 'payload.parent.flowId')];
  if (CHILD_ID.test(flowId)) return [];
  return [
    problem(
      'INVALID_MESSAGE',
      'The id of a child flow is c- and 40 hex digits, derived from its parent, attempt and call.',
      'correlationId',
    ),
  ];
};

/** What asks for something until a time, and comes after it, is not acted on; now is the broker's time of the input. */
const inTime = <T extends MessageType>({ time }: Received, parsed: Parsed<T>): Parsed<T> => {
  const { expiresAt } = (parsed.message ?? {}) as { expiresAt?: string };
  if (expiresAt === undefined || Date.parse(expiresAt) > time.getTime()) return parsed;
  return { problems: [problem('INVALID_MESSAGE', `It expired at ${expiresAt}, before it came.`, 'expiresAt')] };
};

const readResult = (received: Received, address: Extract<FlowAddress, { kind: 'result' }>): Body<'result'> => {
  const { agent, taskId, attempt } = address;
  const { message, problems } = parseMessage(received.body, { ...contextOf(received, agent), expect: MESSAGE_TYPES.result });
  return { kind: 'result', agent, taskId, attempt, result: problems ? { problems } : message.payload };
};

/** Whoever answers names no question but that of the subject. */
const readAnswer = (received: Received, address: Extract<FlowAddress, { kind: 'answer' }>): Omit<Body<'answer'>, 'operator'> => {
  const { who, id } = address;
  const { message, problems } = inTime(
    received,
    parseMessage(received.body, { ...contextOf(received, who), expect: MESSAGE_TYPES.decision }),
  );
  return { kind: 'answer', who, id, answer: problems ? { problems } : message.payload };
};

const contextOf = ({ address, origin, time }: Received, from: string) => ({
  tenant: address.tenant,
  from,
  createdAt: time,
  correlationId: address.flowId,
  id: idOf(origin),
});

const idOf = ({ stream, sequence }: Origin): string => `${stream}-${sequence}`;
