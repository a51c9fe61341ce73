import type { FlowState } from '@waggle/flow';
import type { About } from './messages.js';

/** What is said of a flow in messages about it; one that was rejected never had more than an owner. */
export const aboutOf = (state: FlowState): About => {
  const { head } = state;
  if (head === undefined) return { owner: state.owner, priority: 'normal', hop: 0, messageId: state.flowId };
  const { owner, priority, hop, messageId, contextId, userId, traceparent, definition, single } = head;
  const workflow = single ? {} : { workflow: `${definition.name} ${definition.version}` };
  return { owner, priority, hop, messageId, contextId, userId, traceparent, ...workflow };
};
