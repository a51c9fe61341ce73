import type { FlowLine } from '../session/questions.js';
import { inStateColor } from './flow-tree.js';
import { ago } from './format.js';
import type { Output } from './output.js';
import { clip, plain, table } from './table.js';

/** A valid id has 64 characters at most; what was refused for its id may have any. */
const ID_WIDTH = 64;

export const listText = (flows: FlowLine[], { colors }: Output): string => {
  if (flows.length === 0) return 'no flows';
  const rows = flows.map(({ flowId, workflow, state, paused, fraction, owner, startedAt }) => [
    clip(plain(flowId), ID_WIDTH),
    plain(workflow ?? ''),
    `${inStateColor(state, state, colors)}${paused ? colors.yellow(' paused') : ''}`,
    `${Math.floor(fraction * 100)} %`,
    owner,
    ago(startedAt),
  ]);
  return table(['FLOW', 'WORKFLOW', 'STATE', 'DONE', 'OWNER', 'STARTED'], rows);
};
