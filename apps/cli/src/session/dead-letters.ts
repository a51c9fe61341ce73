import { createHash } from 'node:crypto';
import { isToken, subjects, WaggleError, type AgentMessage, type DeadLetter } from '@waggle/protocol';
import type { Session } from './session.js';

/** A dead letter where it lies. */
export interface StoredLetter {
  id: string;
  agent: string;
  at: string;
  letter: DeadLetter;
  subject: string;
  sequence: number;
}

const MOST = 1_000;

/** Dead letters, the oldest first; at most 1,000. */
export const listLetters = async ({ bus, tenant }: Session, flowId = '*', taskId = '*'): Promise<StoredLetter[]> =>
  (await bus.read('DLQ', subjects.dlq(tenant, '*', flowId, taskId), { limit: MOST })).map((message) => {
    const letter = message.json<AgentMessage<DeadLetter>>().payload;
    const { subject, sequence } = message;
    const agent = subject.split('.')[3]!;
    return { id: `${letter.flowId}/${letter.taskId}`, agent, at: message.time.toISOString(), letter, subject, sequence };
  });

/** Those of a flow, or the one of `flowId/taskId`. `DEAD_LETTER_UNKNOWN` */
export const findLetters = async (session: Session, id: string): Promise<StoredLetter[]> => {
  const [flowId, taskId = '*', ...rest] = id.split('/');
  const valid = isToken(flowId) && (taskId === '*' || isToken(taskId)) && rest.length === 0;
  const found = valid ? await listLetters(session, flowId, taskId) : [];
  if (found.length === 0) throw new WaggleError('DEAD_LETTER_UNKNOWN', `there is no dead letter ${id}`, { path: 'id' });
  return found;
};

/** Of the flow that tries a letter again: the same whenever it is asked for. A task that died anew, later, is another letter. */
const replayId = (tenant: string, { flowId, taskId, attempt }: DeadLetter): string =>
  `d-${createHash('sha256')
    .update(JSON.stringify([tenant, flowId, taskId, attempt]))
    .digest('hex')
    .slice(0, 24)}`;

/**
 * Tries a letter again as a new flow that names where it comes from, then takes the letter away. Killed in between, or done
 * twice, it is one flow all the same. Its id.
 */
export const replayLetter = async (session: Session, { letter, subject, sequence }: StoredLetter): Promise<string> => {
  const { flowId, taskId, skill, input } = letter;
  const id = replayId(session.tenant, letter);
  await session.client.submit({ skill, ...(input !== undefined && { input }), replays: { flowId, taskId } }, { flowId: id });
  await session.bus.purge('DLQ', subject, { upTo: sequence });
  return id;
};
