import { createHash } from 'node:crypto';

export interface ChildOf {
  flowId: string;
  taskId: string;
  attempt: number;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * The id of a child flow: the same when a redelivered attempt makes the same call again, another when a retry does,
 * unless the author's `key` stands for attempt and ordinal.
 */
export const childId = (parent: ChildOf, call: { ordinal: number; key?: string; skill: string; input: unknown }): string => {
  const input = sha256(JSON.stringify(call.input) ?? '');
  const which = call.key === undefined ? [parent.attempt, call.ordinal] : ['key', call.key];
  return `c-${sha256(JSON.stringify([parent.flowId, parent.taskId, ...which, call.skill, input])).slice(0, 40)}`;
};
