import { createHash } from 'node:crypto';
import { isToken } from '@waggle/protocol';

/** The session of a thread, or of a flow that belongs to none. A thread may be named in any way; a session is named by a token. */
export const sessionOf = ({ contextId, flowId }: { contextId?: string; flowId: string }): string => {
  if (contextId === undefined) return flowId;
  return isToken(contextId) ? contextId : `t-${createHash('sha256').update(contextId).digest('hex').slice(0, 40)}`;
};
