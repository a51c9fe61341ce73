import { duration } from '../output/format.js';
import type { AgentLine } from './questions.js';

/** When an agent whose instances are all gone was heard last; undefined while one of them is there. */
export const goneSince = ({ state, instances }: Pick<AgentLine, 'state' | 'instances'>): string | undefined => {
  if (state !== 'offline') return undefined;
  const last = Math.min(...instances.map(({ beatAge }) => beatAge));
  return Number.isFinite(last) ? `${duration(last)} ago` : 'long ago';
};
